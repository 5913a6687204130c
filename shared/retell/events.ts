import { createHash } from "node:crypto";
import { z } from "zod";
import type { RetellCall } from "./call.ts";
import { type CallStatus, statusOf } from "./call_status.ts";
import type { RetellEventName, RetellWebhook } from "./webhook.ts";

/**
 * How much an event knows of its call: what one of a higher rank says stands, whichever comes first.
 */
const RANKS: Readonly<Record<RetellEventName, number>> = {
  call_started: 1,
  transcript_updated: 2,
  transfer_started: 2,
  transfer_bridged: 2,
  transfer_cancelled: 2,
  transfer_ended: 2,
  call_ended: 4,
  call_analyzed: 5,
};

/** The rank of an event that, on its way, finds its call over: more than those before, less than the end. */
const FOUND_OVER = 3;

/** What the row of a call is told; null where the event says nothing of it. */
export interface CallFacts {
  readonly status: CallStatus | null;
  readonly direction: "inbound" | "outbound" | null;
  readonly from_number: string | null;
  readonly to_number: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_seconds: number | null;
  readonly transcript: string | null;
  readonly summary: string | null;
  readonly sentiment: string | null;
  readonly call_successful: boolean | null;
  /** US dollars. */
  readonly cost: number | null;
  readonly recording_url: string | null;
  readonly disconnection_reason: string | null;
  readonly retell_agent_id: string | null;
}

/** An event of a call as `retell_record_event` takes it. */
export interface CallEvent {
  readonly call_id: string;
  /** The IVR session that handed the call over, as Retell was told. */
  readonly session_id: string | null;
  readonly rank: number;
  readonly facts: CallFacts;
  readonly is_analyzed: boolean;
  readonly transfer?: TransferEvent;
}

/** What is to be published of a transfer. */
export interface TransferEvent {
  readonly type: "call.transfer.started" | "call.transfer.ended";
  /** Tells a repeat from another transfer of the same call. */
  readonly digest: string;
  readonly data: { readonly to: string; readonly outcome?: string };
}

/** What is used of the metadata that a menu gave along. */
const handover = z.object({ session_id: z.guid() });

/**
 * What a webhook tells of its call.
 *
 * @param body as it came: a repeat is the same bytes.
 */
export function eventOfWebhook({ event, ...webhook }: RetellWebhook, body: Uint8Array): CallEvent {
  const isFoundOver = RANKS[event] > RANKS.call_started && isOver(webhook.call);
  const rank = isFoundOver ? Math.max(RANKS[event], FOUND_OVER) : RANKS[event];
  const told = tellCall(webhook.call, rank);
  const to = webhook.transfer_destination ?? webhook.call.transfer_destination ?? "unknown";
  const digest = () => createHash("sha256").update(body).digest("hex");
  switch (event) {
    case "transfer_started":
      return {
        ...told,
        transfer: { type: "call.transfer.started", digest: digest(), data: { to } },
      };
    case "transfer_ended":
    case "transfer_cancelled": {
      const outcome = event === "transfer_ended" ? "completed" : "canceled";
      return {
        ...told,
        transfer: { type: "call.transfer.ended", digest: digest(), data: { to, outcome } },
      };
    }
    default:
      return told;
  }
}

/** What a call that was fetched says of itself. */
export function eventOfCall(call: RetellCall): CallEvent {
  if (call.call_analysis) return tellCall(call, RANKS.call_analyzed);
  return tellCall(call, isOver(call) ? RANKS.call_ended : RANKS.transcript_updated);
}

function isOver({ call_status: status }: RetellCall): boolean {
  return status === "ended" || status === "not_connected" || status === "error";
}

function tellCall(call: RetellCall, rank: number): CallEvent {
  const { call_analysis: analysis, direction } = call;
  const isEnd = rank >= RANKS.call_ended;
  const cost = call.call_cost?.combined_cost;
  return {
    call_id: call.call_id,
    session_id: handover.safeParse(call.metadata).data?.session_id ?? null,
    rank,
    is_analyzed: rank === RANKS.call_analyzed,
    facts: {
      status: rank === RANKS.call_started ? "in-progress" : statusOf(call, isEnd),
      direction: direction === "inbound" || direction === "outbound" ? direction : null,
      from_number: call.from_number,
      to_number: call.to_number,
      started_at: timeOf(call.start_timestamp),
      ended_at: isEnd ? timeOf(call.end_timestamp) : null,
      duration_seconds: call.duration_ms === null ? null : Math.round(call.duration_ms / 1000),
      transcript: call.transcript,
      summary: analysis?.call_summary ?? null,
      sentiment: analysis?.user_sentiment?.toLowerCase() ?? null,
      call_successful: analysis?.call_successful ?? null,
      // Retell counts in cents.
      cost: typeof cost === "number" ? cost / 100 : null,
      recording_url: call.recording_url,
      disconnection_reason: call.disconnection_reason,
      retell_agent_id: call.agent_id,
    },
  };
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
