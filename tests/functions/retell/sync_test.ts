import assert from "node:assert/strict";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { faults } from "#tests/support/key_holder.ts";
import { ask, retellStack, tell, withAccount } from "#tests/support/retell_owner.ts";

const PERIOD = { since: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" };

function callAt(index: number, end = Date.UTC(2026, 0, 1, 12, index)) {
  return {
    call_id: `call_${index}`,
    call_type: "phone_call",
    agent_id: "agent_a",
    call_status: "ended",
    direction: "outbound",
    from_number: "+15550100100",
    to_number: "+15550100199",
    start_timestamp: end - 30_000,
    end_timestamp: end,
    duration_ms: 30_000,
    disconnection_reason: "agent_hangup",
    call_analysis: { call_summary: `Summary ${index}`, user_sentiment: "Neutral" },
  };
}

Deno.test("POST /retell/sync brings a period's calls, all pages of them, and tells nobody of old ones", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  retell.calls = Array.from({ length: 120 }, (_, index) => callAt(index));
  const { status, body } = await ask(stack, owner, "POST", "/sync", PERIOD);
  assert.deepEqual([status, body], [200, {
    ...PERIOD,
    added: 120,
    updated: 0,
    refused: 0,
    next_cursor: null,
  }]);
  assert.equal(retell.requests.length, 3);
  assert.deepEqual(Object(retell.requests[0]?.body).filter_criteria, {
    start_timestamp: {
      type: "range",
      op: "bt",
      value: [Date.parse(PERIOD.since), Date.parse(PERIOD.until)],
    },
  });
  const { data } = await owner.db.from("call_logs").select(
    "provider,direction,status,summary,sentiment",
  )
    .eq("provider_call_id", "call_7").single();
  assert.deepEqual(data, {
    provider: "retell",
    direction: "outbound",
    status: "completed",
    summary: "Summary 7",
    sentiment: "neutral",
  });
  assert.deepEqual(await stack.database.query("select 1 from public.webhook_events"), []);
  const again = await ask(stack, owner, "POST", "/sync", PERIOD);
  assert.deepEqual([again.body.added, again.body.updated], [0, 120]);
  const { body: config } = await ask(stack, owner, "GET", "/config");
  assert.ok(Math.abs(Date.parse(String(config.last_retell_sync)) - Date.now()) < 60_000);
});

Deno.test("A sync that fails on the way says where to go on, and going on brings the rest", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  retell.calls = Array.from({ length: 120 }, (_, index) => callAt(index));
  retell.behaviour = () =>
    retell.requests.length === 2 ? Response.json({}, { status: 500 }) : undefined;
  const failed = await ask(stack, owner, "POST", "/sync", PERIOD);
  assert.deepEqual([failed.status, failed.body.code], [503, "retell_unavailable"]);
  const { added, since, until, next_cursor: cursor } = Object(failed.body.progress);
  assert.equal(added, 50);
  const rest = await ask(stack, owner, "POST", "/sync", { since, until, cursor });
  assert.deepEqual([rest.status, rest.body.added, rest.body.next_cursor], [200, 70, null]);
});

Deno.test("A call that just ended is published by whoever tells first, and once", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner, hook } = await withAccount(stack);
  const call = callAt(1, Date.now() - 60_000);
  retell.calls = [call];
  await ask(stack, owner, "POST", "/sync", { since: "2026-01-01T00:00:00Z" });
  assert.equal((await tell(stack, hook, { event: "call_ended", call })).status, 204);
  assert.equal((await tell(stack, hook, { event: "call_analyzed", call })).status, 204);
  const rows = await stack.database.query("select type from public.webhook_events order by type");
  assert.deepEqual(rows.map(({ type }) => type), ["call.analyzed", "call.ended", "call.started"]);
});

Deno.test("A fetched call fills what its webhooks left open, and takes nothing back", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner, hook } = await withAccount(stack);
  const ended = { ...callAt(1), call_analysis: undefined, transcript: "Agent: Bye" };
  assert.equal((await tell(stack, hook, { event: "call_ended", call: ended })).status, 204);
  retell.calls = [callAt(1)];
  await ask(stack, owner, "POST", "/sync", PERIOD);
  const { data } = await owner.db.from("call_logs").select("transcript,summary");
  assert.deepEqual(data, [{ transcript: "Agent: Bye", summary: "Summary 1" }]);
});

Deno.test("A call of another tenant's is counted as refused, and the others are brought", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  const { owner: stranger } = await withAccount(stack, { api_key: RETELL_KEY });
  retell.calls = [callAt(1)];
  await ask(stack, owner, "POST", "/sync", PERIOD);
  retell.calls = [callAt(1), callAt(2)];
  const { body } = await ask(stack, stranger, "POST", "/sync", PERIOD);
  assert.deepEqual([body.added, body.updated, body.refused], [1, 0, 1]);
});

Deno.test("A Retell that leads in circles is not followed", async () => {
  await using it = await retellStack();
  const { stack, retell } = it;
  const { owner } = await withAccount(stack);
  retell.behaviour = () => Response.json({ items: [], has_more: true, pagination_key: "same" });
  const { status, body } = await ask(stack, owner, "POST", "/sync", PERIOD);
  assert.deepEqual([status, body.code], [502, "retell_bad_answer"]);
  assert.equal(retell.requests.length, 2);
});

Deno.test("A period that is none is refused", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack);
  const wrong: [unknown, string][] = [
    [{}, "since"],
    [{ since: "yesterday" }, "since"],
    [{ ...PERIOD, until: "2025-01-01T00:00:00Z" }, "until"],
    [{ ...PERIOD, cursor: "" }, "cursor"],
    [{ ...PERIOD, everything: true }, "everything"],
  ];
  for (const [json, path] of wrong) {
    const reply = await ask(stack, owner, "POST", "/sync", json);
    assert.deepEqual([reply.status, faults(reply)], [422, [path]]);
  }
});
