import assert from "node:assert/strict";
import { z } from "zod";
import { bearer, call } from "#tests/support/key_holder.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { type Refused, refusesAll } from "#tests/support/refusals.ts";
import { makeWebhook, publish, URL_OF_NOBODY, webhookStack } from "#tests/support/webhook_owner.ts";

const LATER = "2090-01-01T00:00:00Z";
const HOUR_MS = 3_600_000;

/** Events that nobody can publish, with the fields that are to blame. */
const EVENTS: readonly (readonly [Record<string, unknown>, ...string[]])[] = [
  [{ type: "call.rang", data: {} }, "type"],
  [{ type: "custom", data: {} }, "type"],
  [{ type: "custom.", data: {} }, "type"],
  [{ type: "custom.a b", data: {} }, "type"],
  [{ type: `custom.${"x".repeat(100)}`, data: {} }, "type"],
  [{ data: {} }, "type"],
  [{ type: "custom.a" }, "data"],
  [{ type: "custom.a", data: [] }, "data"],
  [{ type: "custom.a", data: null }, "data"],
  [{ type: "custom.a", data: "{}" }, "data"],
  [{ type: "custom.a", data: { text: "a\0b" } }, "data"],
  [{ type: "custom.a", data: { "\udc00": 1 } }, "data"],
  [{ type: "custom.a", data: { deep: nested(1000) } }, "data"],
  [{ type: "custom.a", data: { deep: [2 ** 53] } }, "data"],
  [{ type: "custom.a", data: JSON.parse('{"__proto__":1}') }, "data"],
  [{ type: "custom.a", data: JSON.parse('{"deep":{"__proto__":1}}') }, "data"],
  [{ type: "test.ping", data: {} }, "data.webhook_id"],
  [
    { type: "ivr.session.ended", data: { session_id: 1, end_reason: "x" } },
    "data.session_id",
    "data.call_id",
    "data.ended_at",
  ],
  [{ type: "custom.a", data: {}, agent_id: "nobody" }, "agent_id"],
  [{ type: "custom.a", data: {}, agent_id: crypto.randomUUID() }, "agent_id"],
  [{ type: "custom.a", data: {}, ordering_key: "" }, "ordering_key"],
  [{ type: "custom.a", data: {}, ordering_key: "x".repeat(201) }, "ordering_key"],
  [{ type: "custom.a", data: {}, ordering_key: "a\0b" }, "ordering_key"],
  [{ type: "custom.a", data: {}, id: crypto.randomUUID() }, "id"],
];

Deno.test("an event of an unknown type, or whose data does not fit its type, is not published", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner);
  await refusesAll(stack, owner, [
    ...EVENTS.map(([json, ...paths]): Refused => ({
      method: "POST",
      path: "/webhooks/events",
      json,
      expected: [422, "validation_failed", paths],
    })),
    {
      method: "POST",
      path: "/webhooks/events",
      json: { type: "custom.a", data: {} },
      headers: { "idempotency-key": "a b" },
      expected: [422, "validation_failed", ["header.idempotency-key"]],
    },
  ]);
});

Deno.test("an event of more than 256 KiB is refused by its field, and a body far beyond without reading it", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, owner);
  const refused = (bytes: number, ...paths: string[]): Refused => ({
    method: "POST",
    path: "/webhooks/events",
    json: { type: "custom.a", data: { text: "x".repeat(bytes) } },
    expected: [413, "payload_too_large", paths],
  });
  await refusesAll(stack, owner, [refused(262_144, "data"), refused(1024 * 1024)]);
  await publish(stack, owner, "custom.a", { text: "x".repeat(262_000) });
});

Deno.test("a replay of the future, or of anything that is no time, is refused", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  await publish(stack, owner, "custom.a");
  const hourAgo = new Date(Date.now() - HOUR_MS).toISOString();
  const selections: readonly (readonly [object, ...string[]])[] = [
    [{ kind: "failed", since: LATER }, "since"],
    [{ kind: "failed", since: hourAgo, until: LATER }, "until"],
    [{ kind: "failed", since: hourAgo, until: hourAgo }, "until"],
    [{ kind: "all", since: "yesterday" }, "since"],
    [{ kind: "all" }, "since"],
    [{ kind: "missing", since: hourAgo, types: [] }, "types"],
    [{ kind: "missing", since: hourAgo, types: ["call.*", "calls.*"] }, "types.1"],
    [{ kind: "skipped", since: hourAgo, filter: {} }, "filter"],
    [{ kind: "skipped", since: hourAgo, per_second: 0 }, "per_second"],
    [{ kind: "skipped", since: hourAgo, per_second: 1001 }, "per_second"],
    [{ kind: "skipped", since: hourAgo, dry_run: "yes" }, "dry_run"],
    [{ kind: "event" }, "event_id"],
    [{ kind: "event", event_id: "1" }, "event_id"],
    [{ kind: "event", event_id: crypto.randomUUID(), since: hourAgo }, "since"],
    [{ kind: "lost", since: hourAgo }, "kind"],
    [{}, "kind"],
  ];
  await refusesAll(stack, owner, [
    ...selections.map(([json, ...paths]): Refused => ({
      method: "POST",
      path: `/webhooks/${id}/replay`,
      json,
      expected: [422, "validation_failed", paths],
    })),
    {
      method: "POST",
      path: `/webhooks/${id}/replay`,
      json: { kind: "event", event_id: crypto.randomUUID() },
      expected: [404, "not_found", ["event_id"]],
    },
  ]);
});

Deno.test("a rotation's overlap out of its range is refused", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  await refusesAll(
    stack,
    owner,
    [-1, 169, 1.5, "24", null].map((overlap_hours): Refused => ({
      method: "POST",
      path: `/webhooks/${id}/rotate-secret`,
      json: { overlap_hours },
      expected: [422, "validation_failed", ["overlap_hours"]],
    })),
  );
});

Deno.test("a body that is not JSON is refused", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const routes = [
    ["POST", "/webhooks"],
    ["PATCH", `/webhooks/${id}`],
    ["POST", "/webhooks/events"],
    ["POST", `/webhooks/${id}/replay`],
    ["POST", `/webhooks/${id}/rotate-secret`],
  ] as const;
  await refusesAll(
    stack,
    owner,
    routes.flatMap(([method, path]) =>
      ["{", "url=x", ""].map((text): Refused => ({
        method,
        path,
        text,
        expected: [400, "invalid_request", ["body"]],
      }))
    ),
  );
});

Deno.test("wrong queries are named", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  const wrong: Record<string, Record<string, string[]>> = {
    "/webhooks": { limit: ["0", "101", "x"], cursor: ["", "x"], enabled: ["1"] },
    "/webhooks/events": { type: ["call*", ""], from: ["today"], to: [""], cursor: ["W10"] },
    [`/webhooks/${id}/logs`]: {
      event: ["a b"],
      status: ["200", "1xx", ""],
      from: ["1"],
      to: ["never"],
      limit: ["-1"],
      cursor: ["x"],
    },
  };
  await refusesAll(
    stack,
    owner,
    Object.entries(wrong).flatMap(([path, queries]) =>
      Object.entries(queries).flatMap(([name, values]) =>
        values.map((value): Refused => ({
          method: "GET",
          path: `${path}?${name}=${value}`,
          expected: [422, "validation_failed", [`query.${name}`]],
        }))
      )
    ),
  );
});

Deno.test("an id that is no UUID, of nothing, or of another tenant's is not found by any route", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const stranger = await stack.newTenant();
  await using receiver = startReceiver(answersWith(200));
  const { id: own } = await makeWebhook(stack, owner);
  const { id: foreign } = await makeWebhook(stack, stranger, { url: receiver.url });
  const { id: event_id } = await publish(stack, stranger, "custom.a");
  const started = await call(stack, "POST", `/webhooks/${foreign}/replay`, {
    headers: bearer(stranger.jwt),
    json: { kind: "all", since: new Date(Date.now() - HOUR_MS).toISOString() },
  });
  const replay = z.string().parse(started.body.replay_id);
  const routes: readonly (readonly [string, string, unknown?])[] = [
    ["GET", ""],
    ["PATCH", "", { description: "x" }],
    ["PATCH", "", { url: URL_OF_NOBODY, headers: { "x-a": "1" } }],
    ["DELETE", ""],
    ["POST", "/test"],
    ["POST", "/rotate-secret", {}],
    ["GET", "/logs"],
    ["POST", "/replay", { kind: "event", event_id }],
    ["GET", `/replays/${replay}`],
    ["DELETE", `/replays/${replay}`],
  ];
  const notFound = (method: string, path: string, json: unknown, faults: string[]): Refused => ({
    method,
    path,
    json,
    expected: [404, "not_found", faults],
  });
  await refusesAll(stack, owner, [
    ...routes.flatMap(([method, action, json]) => [
      notFound(method, `/webhooks/nope${action}`, json, ["path.id"]),
      notFound(method, `/webhooks/${crypto.randomUUID()}${action}`, json, []),
      notFound(method, `/webhooks/${foreign}${action}`, json, []),
    ]),
    notFound("POST", `/webhooks/${own}/replay`, { kind: "event", event_id }, ["event_id"]),
    notFound("GET", `/webhooks/${own}/replays/${replay}`, undefined, []),
    notFound("GET", `/webhooks/${own}/replays/1`, undefined, ["path.replay_id"]),
    notFound("DELETE", `/webhooks/${own}/replays/${replay}`, undefined, []),
    notFound("POST", `/webhooks/deliveries/${crypto.randomUUID()}/resend`, undefined, []),
    notFound("POST", `/webhooks/deliveries/1/resend`, undefined, ["path.id"]),
  ]);
  assert.equal(receiver.connections, 0);
});

function nested(depth: number): unknown {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}
