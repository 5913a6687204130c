import assert from "node:assert/strict";
import { parametersOf, signedPairs } from "#shared/ivr/providers/form.ts";
import { randomFrom } from "#tests/support/random.ts";

Deno.test("A request that was read once is not mistaken for another with the same body", () => {
  const body = "Digits=1";
  const [one, other] = [1, 2].map((n) => ({
    url: `https://example.com/${n}`,
    headers: new Headers(),
    body: n === 1 ? body : body.replace("1", "2"),
  }));
  assert.ok(one && other);
  assert.deepEqual([one, other, one].map((request) => parametersOf(request)["Digits"]), [
    "1",
    "2",
    "1",
  ]);
});

const PIECES = [
  ...["a", "B", "é", "😀", "=", "=", "&", "+", "%", "%2", "%2B", "%2b", "%00", "%C3%A9", "%E9"],
  ...["%ED%A0%80", "%EF%BB%BF", "%F0%9F%98%80", "%C0%80", "\ufeff", "?", ";", "\0"],
] as const;

Deno.test("A form is what URLSearchParams reads, whatever is escaped and however badly", () => {
  const random = randomFrom(7);
  let signed = 0;
  for (let n = 0; n < 20_000; n++) {
    const body = Array.from({ length: random(12) }, () => PIECES[random(PIECES.length)]).join("");
    const request = { url: "https://example.com/", headers: new Headers(), body };
    const expected = [...new URLSearchParams(body)];
    assert.deepEqual(parametersOf(request), Object.fromEntries(expected), body);
    const pairs = signedPairs(request);
    if (pairs === null) continue;
    assert.deepEqual(pairs, expected, body);
    signed++;
  }
  assert.ok(signed > 2_000, String(signed));
});

Deno.test("A form that a parser would take for another is signed by nobody", () => {
  for (const body of ["?a=b", "\ufeffa=b", "a=b&c", "a=b&&c=d", "a=b&", "a"]) {
    const request = { url: "https://example.com/", headers: new Headers(), body };
    assert.equal(signedPairs(request), null, body);
  }
});
