import assert from "node:assert/strict";
import { parametersOf } from "#shared/ivr/providers/form.ts";

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
