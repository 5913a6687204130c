import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { decodeProtectedHeader } from "jose";
import { rotate } from "#operator/keys/rotate.ts";
import { SealedStore, type SealedValue } from "#operator/keys/sealed_store.ts";
import { newSecrets } from "#local/secrets.ts";
import { type Keyring, parseKeyring } from "#shared/crypto/keyring.ts";
import { reseal } from "#shared/crypto/sealed.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const secrets = newSecrets();
const oldRing = parseKeyring(JSON.stringify(secrets.encryption_keys));
const newKey = new Uint8Array(randomBytes(32));
const bothKeys: Keyring = { active: "k2", keys: new Map([...oldRing.keys, ["k2", newKey]]) };
const newRing: Keyring = { active: "k2", keys: new Map([["k2", newKey]]) };

async function call(stack: TestStack, { jwt }: Tenant, path: string, body: object) {
  const response = await fetch(`${stack.url}/functions/v1/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${jwt}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, await response.clone().text());
  return await response.json();
}

/** Has one value of every kind sealed: a provider's secret, an endpoint's two secrets and headers. */
async function sealSome(stack: TestStack, tenant: Tenant): Promise<void> {
  await call(stack, tenant, "ivr/connections", {
    ...{ provider: "twilio", name: "Main", auth_token: "a".repeat(32) },
  });
  const { id } = await call(stack, tenant, "webhooks", {
    url: "http://127.0.0.1:9/",
    events: ["*"],
    headers: { "x-tenant": "acme" },
  });
  await call(stack, tenant, `webhooks/${id}/rotate-secret`, { overlap_hours: 24 });
}

async function stackWithSecrets() {
  const stack = await testStack({
    secrets,
    environment: { SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true" },
  });
  const tenant = await stack.newTenant();
  await sealSome(stack, tenant);
  return { stack, tenant, store: new SealedStore(stack.admin) };
}

/** Everything that is sealed. */
function everything(store: SealedStore): Promise<SealedValue[]> {
  return store.read("no such key", 1000);
}

Deno.test("Whatever is sealed is sealed anew, for the same place, and nobody's row looks changed", async () => {
  const { stack, tenant, store } = await stackWithSecrets();
  await using _ = stack;
  const rows = async () => ({
    connections: (await tenant.db.from("phone_connections").select()).data,
    webhooks: (await tenant.db.from("webhooks").select("id, updated_at")).data,
    entries: (await tenant.db.from("audit_logs").select("entry")).data?.length,
  });
  const before = { values: await everything(store), rows: await rows() };
  assert.deepEqual(
    before.values.map(({ relation, columnName }) => `${relation}.${columnName}`),
    [
      "private.credentials.sealed",
      "public.webhooks.headers",
      "public.webhooks.old_secrets",
      "public.webhooks.secret",
    ],
  );
  assert.equal(await store.count("k2"), 4);
  const told: number[] = [];
  assert.deepEqual(await rotate(store, bothKeys, (done) => told.push(done)), {
    resealed: 4,
    refused: [],
  });
  assert.equal(told.at(-1), 4);
  assert.equal(await store.count("k2"), 0);
  assert.deepEqual(await rows(), before.rows);

  const after = await everything(store);
  for (const [n, value] of after.entries()) {
    const [was, is] = [before.values[n]?.sealed ?? "", value.sealed].map(decodeProtectedHeader);
    assert.deepEqual([was?.kid, is?.kid], [oldRing.active, "k2"]);
    assert.deepEqual(is?.binding, was?.binding);
  }
  // The next rotation, back, opens every one with the new key alone.
  const back = { active: oldRing.active, keys: new Map([...newRing.keys, ...oldRing.keys]) };
  assert.equal((await rotate(store, back)).resealed, 4);
  assert.equal((await rotate(store, back)).resealed, 0);
});

Deno.test("What was written since it was read is not overwritten", async () => {
  const { stack, store } = await stackWithSecrets();
  await using _ = stack;
  const values = await everything(store);
  const late = values.map((value) => ({
    value: { ...value, sealed: "e30..AA.AA.AA" },
    becomes: "e30..AA.AA.BB",
  }));
  assert.equal(await store.exchange(late), 0);
  assert.deepEqual(await everything(store), values);
});

Deno.test("What does not open is named and stays as it is, and all else is sealed anew", async () => {
  const { stack, store } = await stackWithSecrets();
  await using _ = stack;
  const [credential, headers] = await everything(store);
  assert.ok(credential && headers);
  // One row's value in the place of another's, and one whose key is gone.
  await store.exchange([{ value: headers, becomes: credential.sealed }]);
  const strange = { active: "k0", keys: new Map([["k0", newKey], ...oldRing.keys]) };
  const secret = (await everything(store)).find(({ columnName }) => columnName === "secret");
  assert.ok(secret);
  const place = { user: secret.userId, row: secret.rowId };
  await store.exchange([{ value: secret, becomes: await reseal(secret.sealed, place, strange) }]);

  const { resealed, refused } = await rotate(store, bothKeys);
  assert.equal(resealed, 2);
  assert.deepEqual(
    refused.map(({ value, error }) => [value.columnName, error.code]),
    [["headers", "wrong_binding"], ["secret", "unknown_key"]],
  );
  assert.equal(await store.count("k2"), 2);
});
