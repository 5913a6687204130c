import assert from "node:assert/strict";
import { grants, isGrantedScope, SCOPES } from "#shared/auth/scopes.ts";

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

Deno.test("the catalogue has reading and writing of every resource, each once", () => {
  assert.equal(SCOPES.length, 16);
  assert.equal(new Set(SCOPES).size, 16);
  for (const scope of SCOPES) assert.match(scope, /^[a-z-]+:(?:read|write)$/);
});

Deno.test("a scope is one of the catalogue to the letter", () => {
  for (const scope of [...SCOPES, "*"]) assert.equal(isGrantedScope(scope), true);
  for (const text of ["", "ivr", "ivr:*", "IVR:read", "ivr:read ", "admin:write"]) {
    assert.equal(isGrantedScope(text), false, text);
  }
});
