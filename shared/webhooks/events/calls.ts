import { z } from "zod";
import { eventType } from "./event_type.ts";
import { address, EXAMPLE, id, seconds, time } from "./fields.ts";

const startedCall = z.looseObject({
  call_id: id,
  provider: z.string(),
  provider_call_id: z.string(),
  from: address,
  to: address,
  direction: z.enum(["inbound", "outbound"]),
  started_at: time,
});

const startedExample = {
  call_id: EXAMPLE.call,
  provider: "twilio",
  provider_call_id: "CA0123456789abcdef0123456789abcdef",
  from: "+15550100199",
  to: "+15550100100",
  direction: "inbound" as const,
  started_at: "2026-11-21T09:30:00.000Z",
};

const transfer = z.looseObject({ call_id: id, to: z.string(), outcome: z.string().optional() });

/** What happens to calls, whoever handles them. */
export const CALL_EVENTS = {
  "call.started": eventType({
    description: "A call began",
    data: startedCall,
    example: startedExample,
  }),
  "call.ended": eventType({
    description: "A call is over",
    data: startedCall.extend({ status: z.string(), duration_seconds: seconds, ended_at: time }),
    example: {
      ...startedExample,
      status: "completed",
      duration_seconds: 93,
      ended_at: "2026-11-21T09:31:33.000Z",
    },
  }),
  "call.analyzed": eventType({
    description: "The analysis of a call that is over is there",
    data: z.looseObject({
      call_id: id,
      summary: z.string().nullable(),
      sentiment: z.string().nullable(),
      cost: z.number().nullable(),
    }),
    example: {
      call_id: EXAMPLE.call,
      summary: "The caller asked for the opening hours.",
      sentiment: "positive",
      cost: 0.12,
    },
  }),
  "call.transfer.started": eventType({
    description: "A caller is being connected to somebody else",
    data: transfer,
    example: { call_id: EXAMPLE.call, to: "+15550100123" },
  }),
  "call.transfer.ended": eventType({
    description: "The connection to somebody else ended, or did not come about",
    data: transfer,
    example: { call_id: EXAMPLE.call, to: "+15550100123", outcome: "no-answer" },
  }),
  "voicemail.received": eventType({
    description: "A caller left a message",
    data: z.looseObject({
      call_id: id,
      recording_id: id,
      recording_path: z.string(),
      duration_seconds: seconds,
    }),
    example: {
      call_id: EXAMPLE.call,
      recording_id: EXAMPLE.recording,
      recording_path:
        `7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10/${EXAMPLE.call}/${EXAMPLE.recording}.mp3`,
      duration_seconds: 21,
    },
  }),
  "conversation.updated": eventType({
    description: "A conversation has a new message or another state",
    data: z.looseObject({
      conversation_id: id,
      call_id: id.nullable(),
      message: z.string().nullable(),
    }),
    example: {
      conversation_id: "1f0c2b3a-4d5e-4f60-8192-a3b4c5d6e7f8",
      call_id: EXAMPLE.call,
      message: "When do you open?",
    },
  }),
} as const;
