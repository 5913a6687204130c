import assert from "node:assert/strict";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { verifyApiKey } from "#shared/api_keys/verify.ts";
import { closeHotConnections } from "#shared/db/hot.ts";
import { setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";

const VALID = {
  valid: true,
  code: "valid",
  key_id: "0b9a4c1e-5d0f-4a57-9c37-3f6f0a1f2d10",
  user_id: "0b9a4c1e-5d0f-4a57-9c37-3f6f0a1f2d11",
  scopes: ["ivr:read", "a-later-resource:read"],
  limit: null,
  remaining: null,
  reset: null,
  quota: 5,
  quota_remaining: 4,
};

/** Texts that are no keys, the worst being a key with one wrong character. */
function noKeys(): string[] {
  const key = generateApiKey();
  return [
    "",
    "vx_",
    key.slice(0, -1),
    `${key}x`,
    key.slice(0, -1) + (key.endsWith("a") ? "b" : "a"),
  ];
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

Deno.test("a text that is no key is not found, without a query through the Data API", async () => {
  await using api = startFakeApi(() => Response.json(VALID));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  for (const text of noKeys()) {
    assert.deepEqual(await verifyApiKey(text), { valid: false, code: "not_found" });
  }
  assert.equal(api.requests.length, 0);
  await verifyApiKey(generateApiKey());
  assert.deepEqual(api.requests.map(({ path }) => path), ["/rest/v1/rpc/verify_api_key"]);
});

Deno.test("a text that is no key is not found, without a connection to the database", async () => {
  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const url = `postgres://switchboard_hot:x@127.0.0.1:${listener.addr.port}/postgres`;
  setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_DB_URL: url });
  for (const text of noKeys()) {
    assert.deepEqual(await verifyApiKey(text), { valid: false, code: "not_found" });
  }
  assert.equal(connections, 0);
  assert.equal(await codeOf(() => verifyApiKey(generateApiKey())), "database_unavailable");
  assert.equal(connections, 1);
  await closeHotConnections();
  listener.close();
  await accepting;
});

Deno.test("a verdict comes without scopes that this version does not know", async () => {
  await using api = startFakeApi(() => Response.json(VALID));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  assert.deepEqual(await verifyApiKey(generateApiKey()), { ...VALID, scopes: ["ivr:read"] });
});

Deno.test("an answer that is no verdict lets nobody in", async () => {
  const { user_id: _, ...nobody } = VALID;
  for (
    const answer of [null, {}, [], "valid", { valid: true }, { ...VALID, code: "disabled" }, nobody]
  ) {
    await using api = startFakeApi(() => Response.json(answer));
    setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
    assert.equal(await codeOf(() => verifyApiKey(generateApiKey())), "internal_error");
  }
});
