import assert from "node:assert/strict";
import { testStack } from "#tests/support/stack.ts";

Deno.test("A change through a function is in the trail with its request and its caller", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const create = async (credential: string, requestId: string) => {
    const response = await fetch(`${stack.url}/functions/v1/api-keys`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${credential}`,
        "content-type": "application/json",
        "x-request-id": requestId,
      },
      body: JSON.stringify({ name: "Audited", scopes: ["api-keys:write"] }),
    });
    assert.equal(response.status, 201);
    return await response.json();
  };
  const { key } = await create(tenant.jwt, "request-of-a-user");
  await create(key, "request-of-a-program");
  const { data } = await tenant.db.from("audit_logs").select("caller, request_id")
    .eq("action", "api-keys.create").order("entry");
  assert.deepEqual(data, [
    { caller: "user", request_id: "request-of-a-user" },
    { caller: "api_key", request_id: "request-of-a-program" },
  ]);
});
