import assert from "node:assert/strict";
import { listen } from "#local/gateway/server.ts";

Deno.test("whoever answers is told where a request comes from, after what its sender claims", async () => {
  const server = listen(0);
  server.answerWith((request) =>
    Promise.resolve(new Response(request.headers.get("x-forwarded-for")))
  );
  try {
    const told = async (headers: Record<string, string>) =>
      await (await fetch(server.url, { headers })).text();
    assert.equal(await told({}), "127.0.0.1");
    assert.equal(await told({ "x-forwarded-for": "203.0.113.9" }), "203.0.113.9, 127.0.0.1");
  } finally {
    await server.close();
  }
});
