import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { bearer, call, makeKey } from "#tests/support/key_holder.ts";
import { newScannerKey, signatureHeaders, startKeyServer } from "#tests/support/scanner.ts";
import { testStack } from "#tests/support/stack.ts";

const URL = "https://github.com/octocat/hello/blob/1234/config.json";

Deno.test("POST /api-keys/leaks disables a key that was found, and tells its owner's trail where", async () => {
  const scanner = newScannerKey("k1");
  await using server = startKeyServer([scanner]);
  await using stack = await testStack({ environment: { SWITCHBOARD_LEAK_KEYS_URL: server.url } });
  const owner = await stack.newTenant();
  const leaked = await makeKey(stack, owner);
  const safe = await makeKey(stack, owner);
  const unknown = generateApiKey();
  const found = { type: "switchboard_api_key", source: "content", url: URL };
  const text = JSON.stringify([
    { ...found, token: leaked.key, url: `${URL}?q=${leaked.key}` },
    { ...found, token: leaked.key, source: "commit" },
    { ...found, token: unknown },
    { type: "switchboard_api_key", token: "vx_noise", source: "unknown" },
  ]);
  const { status, headers } = await call(stack, "POST", "/api-keys/leaks", {
    headers: signatureHeaders(scanner, text),
    text,
  });
  assert.deepEqual([status, headers.get("content-type")], [200, "application/json"]);

  const use = async (key: string) => {
    const { status, body } = await call(stack, "GET", "/api-keys", { headers: bearer(key) });
    return [status, body.reason];
  };
  assert.deepEqual(await use(leaked.key), [401, "disabled"]);
  assert.deepEqual(await use(safe.key), [200, undefined]);

  const trail = await owner.db.from("audit_logs").select("action,resource_id,changes")
    .eq("action", "api-keys.leaked");
  assert.deepEqual(trail.data?.map(({ resource_id }) => resource_id), [leaked.id]);
  assert.ok(!JSON.stringify(trail.data).includes(leaked.key.slice(10)));
});

Deno.test("POST /api-keys/leaks answers what each finding is, by its hash", async () => {
  const scanner = newScannerKey("k1");
  await using server = startKeyServer([scanner]);
  await using stack = await testStack({ environment: { SWITCHBOARD_LEAK_KEYS_URL: server.url } });
  const { key } = await makeKey(stack, await stack.newTenant());
  const text = JSON.stringify([
    { token: key, type: "a", url: URL, source: "commit" },
    { token: "vx_noise", type: "b", url: "", source: "commit" },
  ]);
  const response = await stack.fetch(
    new Request(`${stack.url}/functions/v1/api-keys/leaks`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signatureHeaders(scanner, text) },
      body: text,
    }),
  );
  assert.deepEqual(await response.json(), [
    { token_hash: hashApiKey(key), token_type: "a", label: "true_positive" },
    { token_hash: hashApiKey("vx_noise"), token_type: "b", label: "false_positive" },
  ]);
});

Deno.test("POST /api-keys/leaks disables nothing for a report that is not signed, or is none", async () => {
  const scanner = newScannerKey("k1");
  await using server = startKeyServer([scanner]);
  await using stack = await testStack({ environment: { SWITCHBOARD_LEAK_KEYS_URL: server.url } });
  const { key } = await makeKey(stack, await stack.newTenant());
  const text = JSON.stringify([{ token: key, type: "a", url: URL, source: "commit" }]);
  const attempts: readonly [string, Record<string, string>, string][] = [
    [text, {}, "invalid_signature"],
    [text, signatureHeaders(newScannerKey("k1"), text), "invalid_signature"],
    [text, signatureHeaders(scanner, `${text} `), "invalid_signature"],
    ["{}", signatureHeaders(scanner, "{}"), "validation_failed"],
    ["[", signatureHeaders(scanner, "["), "invalid_request"],
  ];
  for (const [body, headers, code] of attempts) {
    const reply = await call(stack, "POST", "/api-keys/leaks", { headers, text: body });
    assert.equal(reply.body.code, code);
  }
  assert.equal((await call(stack, "GET", "/api-keys", { headers: bearer(key) })).status, 200);
});

Deno.test("POST /api-keys/leaks serves nobody while no URL for the scanner's keys is set", async () => {
  await using stack = await testStack();
  const text = "[]";
  const headers = signatureHeaders(newScannerKey("k1"), text);
  const { status, body } = await call(stack, "POST", "/api-keys/leaks", { headers, text });
  assert.deepEqual([status, body.code], [503, "not_configured"]);
});
