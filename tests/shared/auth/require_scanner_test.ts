import assert from "node:assert/strict";
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { setEnvironment } from "#shared/env.ts";
import { createApp } from "#shared/http/app.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { at, operation } from "#shared/http/operation.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import {
  type KeyServer,
  newScannerKey,
  signatureHeaders,
  startKeyServer,
} from "#tests/support/scanner.ts";

const report = createRoute({
  ...at("post", "/report", operation("scans.report", "scanner")),
  responses: { 200: { description: "The body again" } },
});
const addReport = (app: OpenAPIHono<AppEnv>) => {
  app.openapi(report, async (c) => c.text(await c.req.text()));
};
const app = createApp("scans", [lazily([report], () => Promise.resolve(addReport))]);

const BODY = '[ {"token": "x", "type": "t"} ]\n';

async function answerTo(server: KeyServer | undefined, body: string, headers: HeadersInit) {
  setEnvironment({
    ...TEST_ENVIRONMENT,
    ...server ? { SWITCHBOARD_LEAK_KEYS_URL: server.url } : {},
  });
  using _log = captureLog();
  const response = await app.request("/scans/report", { method: "POST", body, headers });
  const text = await response.text();
  return response.ok ? text : JSON.parse(text).code;
}

Deno.test("the request that GitHub documents is accepted, with the key that it was signed with", async () => {
  const id = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c";
  const pem = "-----BEGIN PUBLIC KEY-----\n" +
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\n" +
    "AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n" +
    "-----END PUBLIC KEY-----\n";
  await using server = startKeyServer([{ id, pem }]);
  const body =
    '[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]';
  const headers = {
    "Github-Public-Key-Identifier": id,
    "Github-Public-Key-Signature":
      "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==",
  };
  assert.equal(await answerTo(server, body, headers), body);
  assert.equal(
    await answerTo(server, body.replace("commit", "Commit"), headers),
    "invalid_signature",
  );
});

Deno.test("a report is signed over its bytes as they came, with a key that is published", async (t) => {
  const key = newScannerKey("k1");
  const other = newScannerKey("k2");
  await using server = startKeyServer([key]);
  const signed = signatureHeaders(key, BODY);
  assert.equal(await answerTo(server, BODY, signed), BODY);

  const refused: Record<string, readonly [string, Record<string, string>]> = {
    "another body": [BODY.trim(), signed],
    "another's key under its id": [BODY, { ...signatureHeaders(other, BODY), ...named("k1") }],
    "a key that is not published": [BODY, signatureHeaders(other, BODY)],
    "no signature": [BODY, named("k1")],
    "no id": [BODY, { "github-public-key-signature": key.sign(BODY) }],
    "an empty signature": [BODY, { ...signed, "github-public-key-signature": "" }],
    "noise": [BODY, { ...signed, "github-public-key-signature": "AAAA" }],
    "a signature cut short": [BODY, {
      ...signed,
      "github-public-key-signature": key.sign(BODY).slice(0, 40),
    }],
  };
  for (const [name, [body, headers]] of Object.entries(refused)) {
    await t.step(name, async () => {
      assert.equal(await answerTo(server, body, headers), "invalid_signature");
    });
  }
});

Deno.test("without a URL for keys, and without an answer from it, nobody is believed", async () => {
  const key = newScannerKey("k1");
  const signed = signatureHeaders(key, BODY);
  assert.equal(await answerTo(undefined, BODY, signed), "not_configured");
  await using server = startKeyServer(null);
  assert.equal(await answerTo(server, BODY, signed), "scanner_keys_unavailable");
});

function named(id: string) {
  return { "github-public-key-identifier": id };
}
