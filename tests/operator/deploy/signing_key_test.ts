import assert from "node:assert/strict";
import { checkSigningKey } from "#operator/deploy/signing_key.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";

const OURS = { kty: "EC", crv: "P-256", kid: "k", x: "x", y: "y", d: "d" };

async function checking(known: unknown, ours: object = OURS): Promise<void> {
  await using project = startFakeApi(() => Response.json(known));
  await checkSigningKey(JSON.stringify(ours), project.url);
}

Deno.test("a signing key that the project publishes is good", async () => {
  await checking({ keys: [{ kty: "EC", kid: "other" }, { kty: "EC", kid: "k", x: "x" }] });
});

Deno.test("a signing key that the project does not know is refused", async () => {
  await assert.rejects(checking({ keys: [] }), /has the kid k, which the project does not know/);
  await assert.rejects(
    checking({ keys: [{ kty: "EC", x: "x" }] }, { ...OURS, kid: undefined }),
    /does not know/,
  );
});

Deno.test("another key under the same kid is refused", async () => {
  await assert.rejects(
    checking({ keys: [{ kty: "EC", kid: "k", x: "another" }] }),
    /The project knows another key by the kid k/,
  );
});

Deno.test("a shared secret is in no public set", async () => {
  await checkSigningKey(JSON.stringify({ kty: "oct", k: "secret" }), "http://127.0.0.1:1");
});

Deno.test("a project that does not tell its keys is named", async () => {
  await assert.rejects(checking("nothing"), /The project does not tell its keys at http/);
});
