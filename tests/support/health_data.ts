import assert from "node:assert/strict";
import { startFakeRetell } from "./fake_retell.ts";
import { ask } from "./retell_owner.ts";
import type { Tenant, TestStack } from "./stack.ts";
import { webhookStack } from "./webhook_owner.ts";

/** A stack with a stand-in for Retell, over a database in memory unless one is named. */
export async function healthStack(databaseUrl?: string) {
  const retell = startFakeRetell();
  const environment = { SWITCHBOARD_RETELL_URL: retell.url, SWITCHBOARD_LOG_LEVEL: "debug" };
  const stack = await webhookStack({
    environment,
    ...databaseUrl !== undefined && { databaseUrl },
  });
  return {
    stack,
    retell,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await retell[Symbol.asyncDispose]();
    },
  };
}

/** What Retell tells of a call, with words that stand nowhere else. */
export function analyzed(callId: string, word: string) {
  return {
    event: "call_analyzed",
    call: {
      call_id: callId,
      agent_id: "agent_a",
      call_status: "ended",
      direction: "inbound",
      from_number: "+15550100199",
      end_timestamp: Date.UTC(2026, 0, 1, 12),
      transcript: `User: My ${word}-transcript hurts, ü 😀 "really"`,
      recording_url: `https://recordings.example/${word}-recording.wav`,
      call_cost: { combined_cost: 13 },
      call_analysis: {
        call_summary: `Told of a ${word}-summary.`,
        user_sentiment: `${word}-sentiment`,
        call_successful: true,
        custom_analysis_data: { diagnosis: `${word}-custom` },
      },
    },
  };
}

/** Turns the encryption of a tenant's health data on or off; answers what holds then. */
export async function setting(stack: TestStack, owner: Tenant, encrypt: boolean) {
  const { status, body } = await ask(stack, owner, "PUT", "/health-data", { encrypt });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
