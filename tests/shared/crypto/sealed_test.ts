import assert from "node:assert/strict";
import { compactDecrypt, CompactEncrypt, decodeProtectedHeader } from "jose";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import {
  type Binding,
  open,
  seal,
  SealedError,
  type SealedErrorCode,
} from "#shared/crypto/sealed.ts";

const K1 = btoa("1".repeat(32));
const K2 = btoa("2".repeat(32));
const ring = (active: string, keys: Record<string, string>) =>
  parseKeyring(JSON.stringify({ active, keys }));

const KEYRING = ring("k1", { k1: K1 });
const BINDING: Binding = { user: "u1", table: "private.credentials", column: "sealed", row: "r1" };

function refused(code: SealedErrorCode) {
  return (error: unknown) => error instanceof SealedError && error.code === code;
}

Deno.test("open gives back what seal was given, in its place", async () => {
  for (const plaintext of ["auth token", "", "ключ 🔑", "x".repeat(100_000)]) {
    assert.equal(await open(await seal(plaintext, BINDING, KEYRING), BINDING, KEYRING), plaintext);
  }
});

Deno.test("a sealed value is a compact JWE that any implementation can open with the key", async () => {
  const jwe = await seal("auth token", BINDING, KEYRING);
  assert.deepEqual(decodeProtectedHeader(jwe), {
    alg: "dir",
    enc: "A256GCM",
    kid: "k1",
    binding: { ...BINDING },
  });
  const { plaintext } = await compactDecrypt(jwe, new TextEncoder().encode("1".repeat(32)));
  assert.equal(new TextDecoder().decode(plaintext), "auth token");
});

Deno.test("sealing twice gives two values", async () => {
  assert.notEqual(await seal("x", BINDING, KEYRING), await seal("x", BINDING, KEYRING));
});

Deno.test("open refuses a value that was sealed for another place", async (t) => {
  const jwe = await seal("auth token", BINDING, KEYRING);
  for (const part of ["user", "table", "column", "row"] as const) {
    await t.step(`another ${part}`, async () => {
      const elsewhere = { ...BINDING, [part]: "other" };
      await assert.rejects(open(jwe, elsewhere, KEYRING), refused("wrong_binding"));
    });
  }
});

Deno.test("open refuses a value of a key that is not in the ring", async () => {
  const jwe = await seal("auth token", BINDING, ring("k2", { k2: K2 }));
  await assert.rejects(open(jwe, BINDING, KEYRING), refused("unknown_key"));
});

Deno.test("open refuses a value of another key with the same id", async () => {
  const jwe = await seal("auth token", BINDING, ring("k1", { k1: K2 }));
  await assert.rejects(open(jwe, BINDING, KEYRING), refused("tampered"));
});

Deno.test("open still opens what an older key of the ring has sealed", async () => {
  const jwe = await seal("auth token", BINDING, KEYRING);
  const rotated = ring("k2", { k1: K1, k2: K2 });
  assert.equal(await open(jwe, BINDING, rotated), "auth token");
  assert.equal(decodeProtectedHeader(await seal("x", BINDING, rotated)).kid, "k2");
});

Deno.test("open refuses a value with any byte changed", async () => {
  const jwe = await seal("auth token", BINDING, KEYRING);
  for (let at = 0; at < jwe.length; at++) {
    // Another value in the two highest bits: the low bits of a part's last character are padding.
    const other = /[g-v]/.test(jwe.charAt(at)) ? "A" : "g";
    const changed = jwe.slice(0, at) + other + jwe.slice(at + 1);
    await assert.rejects(
      open(changed, BINDING, KEYRING),
      (error) => error instanceof SealedError && error.code !== "wrong_binding",
      `Changed at ${at}`,
    );
  }
});

Deno.test("open refuses a header that was exchanged for one with the wanted binding", async () => {
  const [, ...body] = (await seal("auth token", { ...BINDING, user: "u2" }, KEYRING)).split(".");
  const [header] = (await seal("", BINDING, KEYRING)).split(".");
  await assert.rejects(open([header, ...body].join("."), BINDING, KEYRING), refused("tampered"));
});

Deno.test("open refuses what is no sealed value", async (t) => {
  const key = new TextEncoder().encode("1".repeat(32));
  const encrypted = (header: { enc: string; kid?: string; binding?: unknown }) =>
    new CompactEncrypt(new Uint8Array()).setProtectedHeader({ alg: "dir", ...header }).encrypt(key);
  const values: Record<string, string> = {
    "an empty text": "",
    "noise": "noise",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
    "no key id": await encrypted({ enc: "A256GCM", binding: BINDING }),
    "no binding": await encrypted({ enc: "A256GCM", kid: "k1" }),
    "a binding with more in it": await encrypted({
      enc: "A256GCM",
      kid: "k1",
      binding: { ...BINDING, extra: "x" },
    }),
    "another cipher": await encrypted({ enc: "A128CBC-HS256", kid: "k1", binding: BINDING }),
  };
  for (const [name, value] of Object.entries(values)) {
    await t.step(name, () => assert.rejects(open(value, BINDING, KEYRING), refused("malformed")));
  }
});
