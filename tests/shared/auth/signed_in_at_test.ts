import assert from "node:assert/strict";
import { signedInAt } from "#shared/auth/signed_in_at.ts";

Deno.test("the newest way of signing in counts, and renewing a token is none", () => {
  const password = { method: "password", timestamp: 100 };
  const factor = { method: "totp", timestamp: 200 };
  const renewal = { method: "token_refresh", timestamp: 900 };
  assert.equal(signedInAt([password, factor, renewal], 900), 200);
  assert.equal(signedInAt([renewal], 900), undefined);
  assert.equal(signedInAt([], 900), undefined);
});

Deno.test("only a token without ways of signing in is judged by its session", () => {
  assert.equal(signedInAt(undefined, 900), 900);
  assert.equal(signedInAt(undefined, undefined), undefined);
});
