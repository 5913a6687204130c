import assert from "node:assert/strict";
import { bearerToken } from "#shared/auth/bearer.ts";

Deno.test("bearerToken finds the token, in any case of the scheme", () => {
  assert.equal(bearerToken("Bearer abc.def.ghi"), "abc.def.ghi");
  assert.equal(bearerToken("bearer  abc "), "abc");
  assert.equal(bearerToken("BEARER abc"), "abc");
});

Deno.test("bearerToken finds none where there is none, or more than one", () => {
  for (const header of [undefined, "", "Bearer", "Bearer ", "abc", "Basic abc", "Bearer a b"]) {
    assert.equal(bearerToken(header), undefined, String(header));
  }
});
