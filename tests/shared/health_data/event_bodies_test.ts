import assert from "node:assert/strict";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { open, SealedError } from "#shared/crypto/sealed.ts";
import { openBody, sealBody, sealMembers } from "#shared/health_data/event_bodies.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";

const KEYRING = parseKeyring(TEST_ENVIRONMENT.SWITCHBOARD_ENCRYPTION_KEYS);
const USER = crypto.randomUUID();
const PAYLOAD =
  '{"type":"call.analyzed","timestamp":"2026-01-01T00:00:00.000Z","data":{"cost": 1}}';

const opener = (jwe: string, binding: Parameters<typeof open>[1]) => open(jwe, binding, KEYRING);

Deno.test("What was sealed of an event stands in its body again, the same each time", async () => {
  const { id, sealed } = await sealMembers({ summary: 'ü 😀 "' }, USER, KEYRING);
  const body = await openBody({ id, payload: PAYLOAD, sealed }, USER, opener);
  assert.deepEqual(JSON.parse(body).data, { cost: 1, summary: 'ü 😀 "' });
  assert.equal(await openBody({ id, payload: PAYLOAD, sealed }, USER, opener), body);
});

Deno.test("A body that was sealed after it was sent is what was sent, byte for byte", async () => {
  const id = crypto.randomUUID();
  const sealed = await sealBody({ id, payload: PAYLOAD }, USER, KEYRING);
  assert.equal(await openBody({ id, payload: "{}", sealed }, USER, opener), PAYLOAD);
});

Deno.test("What is sealed for one event or tenant opens for no other", async () => {
  const { id, sealed } = await sealMembers({ summary: "x" }, USER, KEYRING);
  const other = crypto.randomUUID();
  for (const [event, user] of [[other, USER], [id, other]] as const) {
    await assert.rejects(
      openBody({ id: event, payload: PAYLOAD, sealed }, user, opener),
      (error) => error instanceof SealedError && error.code === "wrong_binding",
    );
  }
});
