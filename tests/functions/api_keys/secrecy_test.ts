import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { setLogSink } from "#shared/log.ts";
import { bearer, call, makeKey, type Sent, setColumns } from "#tests/support/key_holder.ts";
import { mistyped } from "#tests/support/key_cases.ts";
import { everyRow } from "#tests/support/rows.ts";
import { newScannerKey, signatureHeaders, startKeyServer } from "#tests/support/scanner.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test("no row and no log line holds a key after a full run, and no reply but the one that makes it", async () => {
  const scanner = newScannerKey("k1");
  await using server = startKeyServer([scanner]);
  await using stack = await testStack({
    environment: { SWITCHBOARD_LEAK_KEYS_URL: server.url, SWITCHBOARD_LOG_LEVEL: "debug" },
  });
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  const owner = await stack.newTenant();
  const replies: string[] = [];
  const run = async (method: string, path: string, sent: Sent = {}) => {
    const { status, headers, body } = await call(stack, method, `/api-keys${path}`, sent);
    replies.push(JSON.stringify([status, [...headers], body]));
    return body;
  };

  const made = await makeKey(stack, owner, { rate_limit: 100 });
  const spent = await makeKey(stack, owner, { rate_limit: 1 });
  await setColumns(stack, spent.id, "window_count = 1, window_start = now() + interval '1 hour'");
  const off = await makeKey(stack, owner, { enabled: false });
  const unknown = generateApiKey();
  const once = { name: "Once", scopes: ["*"], rate_limit: 100 };
  const headers = { ...bearer(made.key), "idempotency-key": "once" };
  const first = await call(stack, "POST", "/api-keys", { headers, json: once });
  await run("POST", "", { headers, json: once });
  await run("POST", "", { headers, json: { ...once, name: "Another" } });
  const rotated = await call(stack, "POST", `/api-keys/${made.id}/rotate`, {
    headers: bearer(owner.jwt),
    json: { overlap_hours: 1 },
  });
  const keys = [made.key, spent.key, off.key, String(first.body.key), String(rotated.body.key)];
  const wrong = [unknown, mistyped(unknown), `${unknown}x`];

  for (const key of [...keys, ...wrong]) {
    await run("GET", "", { headers: bearer(key) });
    await run("GET", `/${made.id}`, { headers: { "x-api-key": key } });
    await run("GET", `?cursor=${key}`, { headers: bearer(made.key) });
    await run("GET", `/${key}`, { headers: bearer(made.key) });
    await run("POST", "/verify", { headers: bearer(made.key), json: { key } });
    await run("POST", "/verify", { headers: bearer(made.key), json: { key, scope: key } });
    await run("POST", "/verify", { headers: { apikey: key }, json: { key } });
    await run("POST", "/verify", { headers: bearer(made.key), text: `{"key": "${key}` });
    await run("POST", "", { headers: { ...headers, "x-request-id": key }, text: key });
    await run("PATCH", `/${made.id}`, { headers: bearer(made.key), json: { [key]: 1 } });
    await run("GET", "", { headers: { authorization: `Basic ${key}` } });
  }
  const report = JSON.stringify(
    keys.map((token) => ({ token, type: "key", url: `https://example.com/?q=${token}` })),
  );
  await run("POST", "/leaks", { headers: signatureHeaders(scanner, report), text: report });
  await run("POST", "/leaks", {
    headers: { "github-public-key-signature": made.key },
    text: report,
  });
  // A failure of the database, whose cause is logged.
  await stack.database.exec("alter function public.verify_api_key rename to gone");
  await stack.reloadSchema();
  assert.equal((await run("GET", "", { headers: bearer(spent.key) })).status, 503);
  await stack.database.exec("alter table public.api_keys rename column name to gone");
  await run("POST", "", { headers: bearer(owner.jwt), json: once });

  const rows = await everyRow(stack);
  const logged = lines.join("\n");
  assert.ok(lines.length > 80 && rows.includes(hashApiKey(made.key)));
  for (const key of [...keys, ...wrong]) {
    // Ten characters are shown as the key's prefix; no more of it may be anywhere.
    const secret = key.slice(10, 20);
    assert.ok(!rows.includes(secret), "a row holds a key");
    assert.equal(lines.find((line) => line.includes(secret)), undefined);
    assert.ok(!logged.includes(hashApiKey(key)), "a log line holds the hash of a key");
  }
  for (const key of keys) {
    const told = replies.find((reply) => reply.includes(key.slice(10, 20)));
    assert.equal(told, undefined);
    assert.equal(replies.find((reply) => reply.includes(hashApiKey(key))), undefined);
  }
  assert.doesNotMatch(logged, /eyJ/, "a log line holds a token");
});
