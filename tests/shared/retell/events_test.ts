import assert from "node:assert/strict";
import { statusOf } from "#shared/retell/call_status.ts";
import { eventOfCall, eventOfWebhook } from "#shared/retell/events.ts";
import { isWanted, RETELL_EVENTS, retellWebhook } from "#shared/retell/webhook.ts";
import { retellCall } from "#shared/retell/call.ts";

const ENDED = {
  call_id: "call_1",
  agent_id: "agent_a",
  call_type: "phone_call",
  call_status: "ended",
  direction: "inbound",
  from_number: "+15550100199",
  to_number: "+15550100100",
  start_timestamp: Date.UTC(2026, 0, 1, 12),
  end_timestamp: Date.UTC(2026, 0, 1, 12, 1, 30),
  duration_ms: 90_400,
  disconnection_reason: "user_hangup",
  transcript: "Agent: Hello",
  recording_url: "https://recordings.example/1.wav",
  call_cost: { combined_cost: 12.5 },
};

const SESSION = "3f1d7c0a-55c1-4f5e-8a0e-1f2b3c4d5e6f";

function read(webhook: unknown) {
  const body = new TextEncoder().encode(JSON.stringify(webhook));
  return eventOfWebhook(retellWebhook.parse(webhook), body);
}

Deno.test("An ended call tells its row everything but the analysis, with the cost in dollars", () => {
  const event = read({
    event: "call_ended",
    call: { ...ENDED, metadata: { session_id: SESSION } },
  });
  assert.deepEqual(event, {
    call_id: "call_1",
    session_id: SESSION,
    rank: 4,
    is_analyzed: false,
    facts: {
      status: "completed",
      direction: "inbound",
      from_number: "+15550100199",
      to_number: "+15550100100",
      started_at: "2026-01-01T12:00:00.000Z",
      ended_at: "2026-01-01T12:01:30.000Z",
      duration_seconds: 90,
      transcript: "Agent: Hello",
      summary: null,
      sentiment: null,
      call_successful: null,
      cost: 0.125,
      recording_url: "https://recordings.example/1.wav",
      disconnection_reason: "user_hangup",
      retell_agent_id: "agent_a",
    },
  });
});

Deno.test("A call that is told of early has the fields that it has, and no end", () => {
  const { facts, session_id } = read({
    event: "call_started",
    call: { call_id: "call_1", call_status: "registered", end_timestamp: 1, metadata: "mine" },
  });
  assert.deepEqual([facts.status, facts.ended_at, facts.from_number, session_id], [
    "in-progress",
    null,
    null,
    null,
  ]);
});

Deno.test("A transfer is published with where it goes, however that is told", () => {
  const call = { call_id: "call_1", call_status: "ongoing" };
  const to = "+4930123456";
  const told = [
    { event: "transfer_started", call, transfer_destination: { type: "predefined", number: to } },
    { event: "transfer_started", call, transfer_destination: to },
    { event: "transfer_started", call: { ...call, transfer_destination: to } },
  ].map(read);
  for (const { transfer } of told) {
    assert.deepEqual([transfer?.type, transfer?.data], ["call.transfer.started", { to }]);
  }
  assert.equal(new Set(told.map(({ transfer }) => transfer?.digest)).size, 3);
  assert.deepEqual(read({ event: "transfer_cancelled", call }).transfer?.data, {
    to: "unknown",
    outcome: "canceled",
  });
  assert.equal(read({ event: "transfer_bridged", call }).transfer, undefined);
  const odd = read({ event: "transfer_started", call, transfer_destination: "a\0b\ud800" });
  assert.deepEqual(odd.transfer?.data, { to: "ab\ufffd" });
});

Deno.test("An event on the way that finds the call over knows more than those before, and less than the end", () => {
  const call = { call_id: "call_1", call_status: "ended" };
  const rankOf = (event: string, status = "ended") =>
    read({ event, call: { ...call, call_status: status } }).rank;
  assert.deepEqual(
    ["call_started", "transcript_updated", "transfer_ended"].map((event) => rankOf(event)),
    [1, 3, 3],
  );
  assert.deepEqual(["call_ended", "call_analyzed"].map((event) => rankOf(event)), [4, 5]);
  assert.equal(rankOf("transcript_updated", "ongoing"), 2);
});

Deno.test("A fetched call ranks by how far it has come", () => {
  const rankOf = (call: object) => eventOfCall(retellCall.parse({ call_id: "c", ...call })).rank;
  assert.equal(rankOf({ call_status: "ongoing" }), 2);
  assert.equal(rankOf({ call_status: "ended" }), 4);
  assert.equal(rankOf({ call_status: "not_connected" }), 4);
  assert.equal(rankOf({ call_status: "ended", call_analysis: { call_summary: "x" } }), 5);
});

Deno.test("The status of a call that nobody talked in says why", () => {
  const of = (call_status: string, disconnection_reason: string | null = null) =>
    statusOf({ call_status, disconnection_reason }, true);
  assert.equal(of("not_connected", "dial_busy"), "busy");
  assert.equal(of("not_connected", "dial_no_answer"), "no-answer");
  assert.equal(of("not_connected", "dial_failed"), "failed");
  assert.equal(of("not_connected"), "no-answer");
  assert.equal(of("error", "error_llm_websocket_open"), "failed");
  assert.equal(of("error", "registered_call_timeout"), "canceled");
  assert.equal(of("ended", "voicemail_reached"), "completed");
});

Deno.test("Text that Postgres could not keep is made such that it can", () => {
  const call = { call_id: "c", transcript: "a\0b\ud800c" };
  assert.equal(eventOfCall(retellCall.parse(call)).facts.transcript, "ab\ufffdc");
});

Deno.test("An account takes in what its configuration names, and everything without one", () => {
  for (const event of RETELL_EVENTS) {
    assert.equal(isWanted(event, {}), true);
    assert.equal(isWanted(event, { enabled: false }), false);
    assert.equal(isWanted(event, { events: ["call_ended"] }), event === "call_ended");
    assert.equal(isWanted(event, { events: [] }), false);
  }
});
