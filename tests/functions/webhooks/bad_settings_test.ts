import assert from "node:assert/strict";
import { call } from "#tests/support/key_holder.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { type Refused, refusesAll } from "#tests/support/refusals.ts";
import { testStack } from "#tests/support/stack.ts";
import { makeWebhook, URL_OF_NOBODY, webhookStack } from "#tests/support/webhook_owner.ts";

const VALID = { url: URL_OF_NOBODY, events: ["*"] };

/** Settings that no endpoint can have, with the field that is to blame. */
const SETTINGS: readonly (readonly [Record<string, unknown>, string])[] = [
  ...[
    "",
    "example.com",
    "ftp://example.com/",
    "http://example.com/",
    "https://user:password@example.com/",
    "https://93.184.215.14/#part",
    "https://10.0.0.1/",
    "https://192.168.1.1:8443/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00::1]/",
    "https://0x5db8d70e/",
    "https://intranet/",
    "https://printer.local/",
    "https://no-such-host.invalid/",
    `https://93.184.215.14/${"x".repeat(2048)}`,
    7,
    null,
  ].map((url) => [{ url }, "url"] as const),
  [{ events: [] }, "events"],
  [{ events: "call.started" }, "events"],
  [{ events: ["*", "call.rang"] }, "events.1"],
  [{ events: ["calls.*"] }, "events.0"],
  [{ events: ["call*"] }, "events.0"],
  [{ events: ["*.started"] }, "events.0"],
  [{ events: ["call.started", ""] }, "events.1"],
  [{ events: [null] }, "events.0"],
  [{ events: Array(101).fill("*") }, "events"],
  [{ agent_id: "nobody" }, "agent_id"],
  [{ agent_id: crypto.randomUUID() }, "agent_id"],
  [{ description: "x".repeat(501) }, "description"],
  [{ description: "a\0b" }, "description"],
  [{ enabled: null }, "enabled"],
  [{ headers: { "webhook-signature": "v1,x" } }, "headers.webhook-signature"],
  [{ headers: { "Webhook-Id": "1" } }, "headers.Webhook-Id"],
  [{ headers: { "x-a": "1", "webhook-timestamp": "1" } }, "headers.webhook-timestamp"],
  [{ headers: { "content-type": "text/plain" } }, "headers.content-type"],
  [{ headers: { "Content-Length": "1" } }, "headers.Content-Length"],
  [{ headers: { host: "example.com" } }, "headers.host"],
  [{ headers: { connection: "close" } }, "headers.connection"],
  [{ headers: { "transfer-encoding": "chunked" } }, "headers.transfer-encoding"],
  [{ headers: { "x a": "1" } }, "headers.x a"],
  [{ headers: { "x-a": "1\r\nx-b: 2" } }, "headers.x-a"],
  [{ headers: { "x-a": 1 } }, "headers.x-a"],
  [{ headers: ["x-a"] }, "headers"],
  [{ filter: {} }, "filter"],
  [{ filter: [] }, "filter"],
  [{ filter: { "a..b": 1 } }, "filter.a..b"],
  [{ filter: { a: { like: "x" } } }, "filter.a.like"],
  [{ filter: { a: ["x"] } }, "filter.a"],
  [{ filter: { a: "\ud800" } }, "filter"],
  [{ ordered: "yes" }, "ordered"],
  [{ retry_count: -1 }, "retry_count"],
  [{ retry_count: 21 }, "retry_count"],
  [{ retry_count: null }, "retry_count"],
  [{ retry_schedule: [] }, "retry_schedule"],
  [{ retry_schedule: [5, 0] }, "retry_schedule.1"],
  [{ retry_schedule: [86_401] }, "retry_schedule.0"],
  [{ retry_schedule: Array(21).fill(5) }, "retry_schedule"],
  [{ max_in_flight: 0 }, "max_in_flight"],
  [{ max_in_flight: 101 }, "max_in_flight"],
  [{ rate_limit: 0 }, "rate_limit"],
  [{ rate_limit: 1001 }, "rate_limit"],
  [{ secret: "whsec_x" }, "secret"],
  [{ header_names: [] }, "header_names"],
  [{ user_id: crypto.randomUUID() }, "user_id"],
];

/** Settings sent to both routes that take them, and the field that is to blame. */
function refusedSettings(id: string, settings: object, path: string): Refused[] {
  const expected = [422, "validation_failed", [path]] as const;
  return [
    { method: "POST", path: "/webhooks", json: { ...VALID, ...settings }, expected },
    { method: "PATCH", path: `/webhooks/${id}`, json: settings, expected },
  ];
}

Deno.test("no route takes settings that no endpoint can have, and each refusal names the field", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const refused = SETTINGS.flatMap(([settings, path]) => refusedSettings(id, settings, path));
  await refusesAll(stack, owner, refused);
});

Deno.test("without the switch for it an endpoint on this machine is refused, and not even connected to", async () => {
  await using receiver = startReceiver(answersWith(200));
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const urls = [
    receiver.url,
    `http://127.0.0.1:${receiver.port}/`,
    `https://[::1]:${receiver.port}/`,
  ];
  const refused = urls.flatMap((url) => refusedSettings(id, { url }, "url"));
  await refusesAll(stack, owner, refused);
  assert.equal(receiver.connections, 0);
});

Deno.test("an endpoint is not made without a URL and events", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const refused = (json: unknown, ...paths: string[]): Refused => ({
    method: "POST",
    path: "/webhooks",
    json,
    expected: [422, "validation_failed", paths],
  });
  await refusesAll(stack, owner, [
    refused({}, "url", "events"),
    refused([], "body"),
    refused({ url: URL_OF_NOBODY }, "events"),
    refused({ events: ["*"] }, "url"),
  ]);
});

Deno.test("a tenant with as many endpoints as it may have gets no other", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner);
  await call(stack, "PUT", `/webhooks/limits/${owner.userId}`, {
    headers: { apikey: stack.secrets.secret_key },
    json: { limit: 1 },
  });
  const refused = {
    method: "POST",
    path: "/webhooks",
    json: VALID,
    expected: [409, "endpoint_limit", []],
  } as const;
  await refusesAll(stack, owner, [
    refused,
    { ...refused, headers: { "idempotency-key": "one" } },
  ]);
});

Deno.test("the URL and the secret cannot be changed past these routes", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const rows = () => stack.database.query("select * from public.webhooks");
  const before = await rows();
  const changes = [{ url: "https://169.254.169.254/" }, { secret: "x" }, { enabled: false }];
  for (const change of changes) {
    const { error } = await owner.db.from("webhooks").update(change).eq("id", id);
    assert.ok(error, `${JSON.stringify(change)} was let through`);
  }
  const { error } = await owner.db.from("webhooks").insert({ ...VALID, secret: "x" });
  assert.ok(error, "An endpoint was inserted");
  assert.deepEqual(await rows(), before);
});
