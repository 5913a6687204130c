import { z } from "@hono/zod-openapi";
import { storedTexts } from "#shared/health_data/call_texts.ts";

/** The setting as its owner writes it. */
export const newHealthData = z.strictObject({ encrypt: z.boolean() })
  .openapi("NewHealthData", { example: { encrypt: true } });

/** The setting as its owner is shown it. */
export const healthData = z.object({
  encrypt: z.boolean(),
  plain: z.int().openapi({
    description: "How many calls and events tell in plain text what was said",
  }),
}).openapi("HealthData", { example: { encrypt: true, plain: 0 } });

/** A call with what was said in it. */
export const callLog = z.object({
  id: z.guid(),
  provider: z.string(),
  provider_call_id: z.string(),
  retell_call_id: z.string().nullable(),
  retell_agent_id: z.string().nullable(),
  direction: z.string(),
  from_number: z.string().nullable(),
  to_number: z.string().nullable(),
  status: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  duration_seconds: z.int().nullable(),
  disconnection_reason: z.string().nullable(),
  call_successful: z.boolean().nullable(),
  cost: z.number().nullable().openapi({ description: "US dollars" }),
  transcript: z.string().nullable(),
  summary: z.string().nullable(),
  sentiment: z.string().nullable(),
  recording_url: z.string().nullable(),
  sealed_fields: z.array(z.string()).openapi({ description: "What of it is stored encrypted" }),
}).openapi("CallLog");

/** What `load_call` answers. */
export const loadedCall = z.object({ call: callLog, texts: storedTexts });
