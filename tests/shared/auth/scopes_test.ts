import assert from "node:assert/strict";
import { grants } from "#shared/auth/scopes.ts";

Deno.test("a scope is granted by itself or by the scope of everything", () => {
  assert.equal(grants(["ivr:read", "agents:write"], "agents:write"), true);
  assert.equal(grants(["*"], "account:write"), true);
});

Deno.test("a scope is not granted by another one, not even writing by reading or the reverse", () => {
  assert.equal(grants([], "ivr:read"), false);
  assert.equal(grants(["ivr:read"], "ivr:write"), false);
  assert.equal(grants(["ivr:write"], "ivr:read"), false);
  assert.equal(grants(["agents:write"], "ivr:write"), false);
});
