import assert from "node:assert/strict";
import { RequestSender } from "#local/net/sender.ts";
import { testStack } from "#tests/support/stack.ts";

/** A server that keeps what it was sent. */
function receiver(status = 200) {
  const arrived = Promise.withResolvers<
    Pick<Request, "method" | "url" | "headers"> & { readonly body: string }
  >();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { method, url, headers } = request;
    arrived.resolve({ method, url, headers, body: await request.text() });
    return new Response(null, { status });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, arrived: arrived.promise, server };
}

Deno.test("A request of the database is sent once, when its transaction is over", async () => {
  await using stack = await testStack();
  const { database } = stack;
  const { url, arrived, server } = receiver();
  const post =
    `select net.http_post(url := '${url}/hook?a=1', body := '{"n": 1}', headers := '{"apikey": "k"}', timeout_milliseconds := 5000)`;
  await assert.rejects(database.transaction(async (transaction) => {
    await transaction.query(post);
    throw new Error("rolled back");
  }));
  assert.deepEqual(await database.query("select from net.http_request_queue"), []);
  await database.query(post);
  const sender = new RequestSender(database);
  sender.start();
  const { method, url: target, headers, body } = await arrived;
  await sender.close();
  assert.equal(method, "POST");
  assert.equal(new URL(target).search, "?a=1");
  assert.equal(headers.get("apikey"), "k");
  assert.deepEqual(JSON.parse(body), { n: 1 });
  assert.deepEqual(await database.query("select from net.http_request_queue"), []);
  await server.shutdown();
});

Deno.test("A request that nobody takes does not stop those after it", async () => {
  await using stack = await testStack();
  const { url, arrived, server } = receiver(500);
  for (const target of ["http://127.0.0.1:1/", "no url", url]) {
    await stack.database.query("select net.http_post(url := $1)", [target]);
  }
  const sender = new RequestSender(stack.database);
  sender.start();
  await arrived;
  await sender.close();
  await server.shutdown();
});

Deno.test("The job of webhooks posts as cron to the stack's own function, and only when something is due", async () => {
  await using stack = await testStack();
  const { database } = stack;
  const { db } = await stack.newTenant();
  await database.query("select private.dispatch_webhooks()");
  assert.deepEqual(await database.query("select from net.http_request_queue"), []);
  const created = await db.rpc("create_webhook", {
    p_id: crypto.randomUUID(),
    p_secret: "e30..AA.AA.AA",
    p_settings: { url: "https://example.com/hook", events: ["custom.*"] },
  });
  assert.equal(created.error, null);
  assert.equal((await db.rpc("publish_event", { p_type: "custom.x", p_data: {} })).error, null);
  await database.query("select private.dispatch_webhooks()");
  const [request] = await database.query("select url, headers from net.http_request_queue");
  assert.equal(request?.url, `${stack.url}/functions/v1/webhook-dispatch`);
  assert.deepEqual(request.headers, {
    apikey: stack.secrets.cron_key,
    "content-type": "application/json",
  });
});

Deno.test("Without its secrets in the Vault the job fails and says which is missing", async () => {
  await using stack = await testStack();
  const { database } = stack;
  await database.query("delete from vault.secrets where name = 'switchboard_cron_key'");
  await assert.rejects(
    database.query("select private.invoke_function('/webhook-dispatch', interval '1 second')"),
    /no secret named switchboard_cron_key/,
  );
});
