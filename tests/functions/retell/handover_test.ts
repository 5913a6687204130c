import assert from "node:assert/strict";
import { incomingCall, newLine, readTwiml } from "#tests/support/phone_line.ts";
import { putConfig, retellStack, tell } from "#tests/support/retell_owner.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import type { TestStack } from "#tests/support/stack.ts";

const ENDED = {
  call_status: "ended",
  from_number: "+15550100177",
  start_timestamp: Date.UTC(2026, 0, 1, 12),
  end_timestamp: Date.UTC(2026, 0, 1, 12, 1),
  duration_ms: 60_000,
  transcript: "Agent: Hello",
  call_analysis: { call_summary: "Said hello.", user_sentiment: "Neutral" },
};

/** A tenant with a caller in a menu, and an account at Retell. */
async function withCaller(stack: TestStack) {
  const owner = await stack.newTenant("owner");
  const line = await newLine(stack.url, owner);
  await readTwiml(await line.post(line.urls.voice, incomingCall(line)));
  const { body } = await putConfig(stack, owner, { api_key: RETELL_KEY });
  const [session] = await stack.database.query(
    `select id from public.ivr_sessions where user_id = '${owner.userId}'`,
  );
  const url = String(body.webhook_url);
  return { owner, sessionId: session?.id, hook: url.slice(url.indexOf("/retell/")) };
}

Deno.test("What Retell tells of a call that a menu handed over goes to the menu's own row, and leaves its status", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner, sessionId, hook } = await withCaller(stack);
  const call = { ...ENDED, call_id: "call_1", metadata: { session_id: sessionId } };
  for (const event of ["call_analyzed", "call_ended"]) {
    assert.equal((await tell(stack, hook, { event, call })).status, 204);
  }
  const { data } = await owner.db.from("call_logs")
    .select("provider,status,ended_at,from_number,retell_call_id,summary,transcript");
  assert.equal(data?.length, 1);
  const { from_number, ...rest } = Object(data?.[0]);
  assert.notEqual(from_number, ENDED.from_number);
  assert.deepEqual(rest, {
    provider: "twilio",
    status: "in-progress",
    ended_at: null,
    retell_call_id: "call_1",
    summary: "Said hello.",
    transcript: "Agent: Hello",
  });
  const events = await stack.database.query(
    "select type from public.webhook_events where type like 'call.%' order by created_at, id",
  );
  assert.deepEqual(events.map(({ type }) => type), ["call.started", "call.analyzed"]);
});

Deno.test("A session that is another tenant's, or no session, hands nothing over", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner, sessionId } = await withCaller(stack);
  const { owner: stranger, hook } = await withCaller(stack);
  for (const [index, session_id] of [sessionId, crypto.randomUUID(), "x'; --"].entries()) {
    const call = { ...ENDED, call_id: `call_${index}`, metadata: { session_id } };
    assert.equal((await tell(stack, hook, { event: "call_ended", call })).status, 204);
  }
  const { data } = await owner.db.from("call_logs").select("retell_call_id,transcript");
  assert.deepEqual(data, [{ retell_call_id: null, transcript: null }]);
  const own = await stranger.db.from("call_logs").select("provider").eq("provider", "retell");
  assert.equal(own.data?.length, 3);
});
