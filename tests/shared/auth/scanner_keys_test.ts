import assert from "node:assert/strict";
import { ScannerKeys } from "#shared/auth/scanner_keys.ts";
import { setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { newScannerKey, startKeyServer } from "#tests/support/scanner.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

const unavailable = (error: unknown) =>
  error instanceof Problem && error.code === "scanner_keys_unavailable";

/** A clock that stands until it is set. */
function clock() {
  const time = { ms: 0, now: () => time.ms };
  return time;
}

Deno.test("keys are fetched once an hour, however many reports come", async () => {
  await using server = startKeyServer([newScannerKey("k1"), newScannerKey("k2")]);
  const time = clock();
  const keys = new ScannerKeys(server.url, time.now);
  await Promise.all([keys.find("k1"), keys.find("k1"), keys.find("k2")]);
  time.ms = HOUR_MS - 1;
  assert.equal((await keys.find("k1"))?.asymmetricKeyType, "ec");
  assert.equal(server.asked, 1);
  time.ms = HOUR_MS;
  await keys.find("k1");
  assert.equal(server.asked, 2);
});

Deno.test("a new key is found when it is first used; a made-up one costs a question every ten seconds", async () => {
  await using server = startKeyServer([newScannerKey("k1")]);
  const time = clock();
  const keys = new ScannerKeys(server.url, time.now);
  await keys.find("k1");
  for (let n = 0; n < 20; n++) assert.equal(await keys.find(`made-up-${n}`), undefined);
  assert.equal(server.asked, 1);
  server.keys = [newScannerKey("k2")];
  time.ms = 10 * SECOND_MS;
  assert.ok(await keys.find("k2"));
  assert.equal(await keys.find("k1"), undefined);
  assert.equal(server.asked, 2);
});

Deno.test("keys that cannot be fetched are believed for their hour and no longer", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using log = captureLog();
  await using server = startKeyServer([newScannerKey("k1")]);
  const time = clock();
  const keys = new ScannerKeys(server.url, time.now);
  await keys.find("k1");
  server.keys = null;
  time.ms = HOUR_MS - 1;
  assert.ok(await keys.find("k1"));
  time.ms = HOUR_MS;
  await assert.rejects(keys.find("k1"), unavailable);
  assert.match(log.text.join("\n"), /The answer is 502/);
});

Deno.test("of the published keys only those of ECDSA on P-256 are believed", async () => {
  const noise = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
  await using server = startKeyServer([
    newScannerKey("k1"),
    newScannerKey("k2", "P-384"),
    { id: "k3", pem: noise },
  ]);
  const keys = new ScannerKeys(server.url, clock().now);
  assert.ok(await keys.find("k1"));
  assert.equal(await keys.find("k2"), undefined);
  assert.equal(await keys.find("k3"), undefined);
});

Deno.test("a server that is away has no keys, which is not the same as having no such key", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const server = startKeyServer([]);
  await server[Symbol.asyncDispose]();
  await assert.rejects(new ScannerKeys(server.url).find("k1"), unavailable);
});
