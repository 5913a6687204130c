import assert from "node:assert/strict";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { stepTokens } from "#shared/ivr/step_token.ts";

const key = (letter: string) => btoa(letter.repeat(32));
const ring = (active: string, keys: Record<string, string>) =>
  parseKeyring(JSON.stringify({ active, keys }));

const CALL = { connectionId: "c1", callId: "CA1" };

Deno.test("A token stands for its step of its call alone", async () => {
  const tokens = await stepTokens(ring("k1", { k1: key("a") }));
  const token = tokens.mint(CALL, 3);
  assert.match(token, /^3\.[A-Za-z0-9_-]{22}$/);
  assert.equal(tokens.read(CALL, token), 3);
  assert.equal(tokens.read({ ...CALL, callId: "CA2" }, token), null);
  assert.equal(tokens.read({ ...CALL, connectionId: "c2" }, token), null);
  assert.equal(tokens.read(CALL, token.replace("3.", "4.")), null);
});

Deno.test("Every other spelling of a token is refused", async () => {
  const tokens = await stepTokens(ring("k1", { k1: key("a") }));
  const token = tokens.mint(CALL, 3);
  for (
    const other of [
      "",
      "3",
      "3.",
      `0${token}`,
      `${token}A`,
      ` ${token}`,
      token.slice(0, -1),
      `-${token}`,
    ]
  ) {
    assert.equal(tokens.read(CALL, other), null, other);
  }
  for (let at = 2; at < token.length; at++) {
    const letter = token[at] === "A" ? "B" : "A";
    assert.equal(tokens.read(CALL, token.slice(0, at) + letter + token.slice(at + 1)), null);
  }
});

Deno.test("A call goes on while keys are rotated, and ends when its key is gone", async () => {
  const before = await stepTokens(ring("k1", { k1: key("a") }));
  const during = await stepTokens(ring("k2", { k1: key("a"), k2: key("b") }));
  const after = await stepTokens(ring("k2", { k2: key("b") }));
  const token = before.mint(CALL, 1);
  assert.equal(during.read(CALL, token), 1);
  assert.notEqual(during.mint(CALL, 1), token);
  assert.equal(after.read(CALL, token), null);
});

Deno.test("A token for recordings is of its call, and is no step's", async () => {
  const tokens = await stepTokens(ring("k1", { k1: key("a") }));
  const token = tokens.mintForRecordings(CALL);
  assert.match(token, /^[A-Za-z0-9_-]{22}$/);
  assert.ok(tokens.isForRecordings(CALL, token));
  assert.ok(!tokens.isForRecordings({ ...CALL, callId: "CA2" }, token));
  assert.ok(!tokens.isForRecordings({ ...CALL, connectionId: "c2" }, token));
  for (const step of [0, 1, 3]) {
    assert.equal(tokens.read(CALL, `${step}.${token}`), null);
    const turn = tokens.mint(CALL, step);
    assert.ok(!tokens.isForRecordings(CALL, turn));
    assert.ok(!tokens.isForRecordings(CALL, turn.slice(turn.indexOf(".") + 1)));
  }
  for (const other of ["", `${token}A`, token.slice(1), `${token.slice(1)}é`]) {
    assert.ok(!tokens.isForRecordings(CALL, other), other);
  }
});

Deno.test("A token for recordings outlives the rotation of keys", async () => {
  const before = await stepTokens(ring("k1", { k1: key("a") }));
  const after = await stepTokens(ring("k2", { k1: key("a"), k2: key("b") }));
  const gone = await stepTokens(ring("k2", { k2: key("b") }));
  const token = before.mintForRecordings(CALL);
  assert.ok(after.isForRecordings(CALL, token));
  assert.ok(!gone.isForRecordings(CALL, token));
});
