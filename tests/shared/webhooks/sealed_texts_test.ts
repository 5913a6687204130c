import assert from "node:assert/strict";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { SealedTexts } from "#shared/webhooks/sealed_texts.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";

const KEYRING = parseKeyring(TEST_ENVIRONMENT.SWITCHBOARD_ENCRYPTION_KEYS);
const PLACE = { user: "u1", table: "webhooks", column: "secret", row: "w1" };

Deno.test("a text is opened where it was sealed for, once and again", async () => {
  const texts = new SealedTexts(KEYRING);
  const jwe = await seal("hello", PLACE, KEYRING);
  assert.deepEqual(await Promise.all([texts.open(jwe, PLACE), texts.open(jwe, PLACE)]), [
    "hello",
    "hello",
  ]);
  assert.equal(await texts.open(jwe, PLACE), "hello");
});

Deno.test("what is open in one place stays shut in every other", async () => {
  const texts = new SealedTexts(KEYRING);
  const jwe = await seal("hello", PLACE, KEYRING);
  assert.equal(await texts.open(jwe, PLACE), "hello");
  for (const other of [{ user: "u2" }, { table: "x" }, { column: "headers" }, { row: "w2" }]) {
    await assert.rejects(texts.open(jwe, { ...PLACE, ...other }), { code: "wrong_binding" });
  }
});

Deno.test("what cannot be opened is tried anew each time", async () => {
  const texts = new SealedTexts(KEYRING);
  await assert.rejects(texts.open("x", PLACE), { code: "malformed" });
  await assert.rejects(texts.open("x", PLACE), { code: "malformed" });
});
