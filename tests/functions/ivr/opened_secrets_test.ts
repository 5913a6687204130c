import assert from "node:assert/strict";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal, SealedError } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { openSigningSecret } from "../../../supabase/functions/ivr/opened_secrets.ts";

const ring = (key: string) =>
  parseKeyring(JSON.stringify({ active: "k1", keys: { k1: btoa(key.repeat(32)) } }));

function refused(code: string) {
  return (error: unknown) => error instanceof SealedError && error.code === code;
}

Deno.test("A secret that was opened opens in its own row of its own tenant, and in no other", async () => {
  const keyring = ring("1");
  const sealed = await seal("secret", signingSecretBinding("u1", "r1"), keyring);
  for (let n = 0; n < 2; n++) {
    assert.equal(await openSigningSecret("u1", { id: "r1", sealed }, keyring), "secret");
    for (const [user, id] of [["u2", "r1"], ["u1", "r2"], ["u1 r1", ""], ["", "u1 r1"]] as const) {
      const opening = openSigningSecret(user, { id, sealed }, keyring);
      await assert.rejects(opening, refused("wrong_binding"), `${user}, ${id}`);
    }
  }
});

Deno.test("What was opened with one keyring is not open to another", async () => {
  const [keyring, other] = [ring("1"), ring("2")];
  const sealed = await seal("secret", signingSecretBinding("u1", "r1"), keyring);
  assert.equal(await openSigningSecret("u1", { id: "r1", sealed }, keyring), "secret");
  await assert.rejects(openSigningSecret("u1", { id: "r1", sealed }, other), refused("tampered"));
});

Deno.test("A row whose secret was replaced opens to the new one", async () => {
  const keyring = ring("1");
  const binding = signingSecretBinding("u1", "r1");
  const [old, fresh] = [await seal("old", binding, keyring), await seal("new", binding, keyring)];
  const opened = [];
  for (const sealed of [old, fresh, old]) {
    opened.push(await openSigningSecret("u1", { id: "r1", sealed }, keyring));
  }
  assert.deepEqual(opened, ["old", "new", "old"]);
});
