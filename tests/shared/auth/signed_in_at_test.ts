import assert from "node:assert/strict";
import { signedInAt } from "#shared/auth/signed_in_at.ts";

Deno.test("the newest way of signing in counts, and renewing a token is none", () => {
  const password = { method: "password", timestamp: 100 };
  const factor = { method: "totp", timestamp: 200 };
  const renewal = { method: "token_refresh", timestamp: 900 };
  assert.equal(signedInAt({ amr: [password, factor, renewal], iat: 900 }), 200);
  assert.equal(signedInAt({ amr: [renewal], iat: 900 }), undefined);
  assert.equal(signedInAt({ amr: [], iat: 900 }), undefined);
});

Deno.test("only a token without ways of signing in is judged by its time of issue", () => {
  assert.equal(signedInAt({ iat: 900 }), 900);
  assert.equal(signedInAt({}), undefined);
});
