import { z } from "@hono/zod-openapi";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import type { Input } from "#shared/ivr/input.ts";

/** What came of a recording, as far as the app says. */
const recording = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2048).refine(isStorable, { error: UNSTORABLE })
    .optional(),
  recording_id: z.string().regex(/^[\w:-]{1,128}$/).optional(),
  duration_seconds: z.int().min(0).max(1_000_000).optional(),
  hung_up: z.boolean().optional().openapi({
    description: "Whether the caller ended the recording by leaving",
  }),
});

/** What a caller can do in a turn; exactly one of them. */
export const inputFields = {
  digits: z.string().regex(/^[0-9*#A-D]{1,64}$/, { error: "Must be 1 to 64 of 0-9 * # A-D" })
    .optional().openapi({ description: "Keys, without the finish key", example: "2" }),
  speech: z.string().trim().min(1).max(500).refine(isStorable, { error: UNSTORABLE }).optional()
    .openapi({ description: "What was said, where `then.speech` is true" }),
  no_input: z.literal(true).optional().openapi({
    description: "The wait for an entry ran out, or the finish key alone was pressed",
  }),
  connection_ended: z.enum(["completed", "busy", "no-answer", "failed", "canceled"]).optional()
    .openapi({ description: "How what was dialled or queued came to its end" }),
  recorded: z.union([z.literal(true), recording]).optional().openapi({
    description: "A recording is over",
  }),
  waited: z.literal(true).optional().openapi({ description: "A pause is over" }),
};

const KINDS = Object.keys(inputFields);

/** What was sent of {@linkcode inputFields}. */
export type SentInput = z.output<z.ZodObject<typeof inputFields>>;

/** Refuses what names no input, or several. */
export function namesOneInput(sent: SentInput, context: z.RefinementCtx): void {
  const named = Object.entries(sent).filter(([name, value]) =>
    KINDS.includes(name) && value !== undefined
  );
  if (named.length === 1) return;
  context.addIssue({ code: "custom", message: `Must have exactly one of ${KINDS.join(", ")}` });
}

/** What was sent as the engine takes it. */
export function toInput(sent: SentInput): Input {
  if (sent.digits !== undefined) return { kind: "digits", digits: sent.digits };
  if (sent.speech !== undefined) return { kind: "speech", text: sent.speech, confidence: null };
  if (sent.connection_ended !== undefined) {
    return { kind: "connection_ended", result: sent.connection_ended };
  }
  if (sent.recorded !== undefined) return recorded(sent.recorded);
  return { kind: sent.waited ? "waited" : "no_input" };
}

function recorded(sent: NonNullable<SentInput["recorded"]>): Input {
  const { url, recording_id, duration_seconds, hung_up } = sent === true ? {} : sent;
  return {
    kind: "recorded",
    url: url ?? null,
    recordingId: recording_id ?? null,
    durationSeconds: duration_seconds ?? null,
    hungUp: hung_up ?? false,
  };
}
