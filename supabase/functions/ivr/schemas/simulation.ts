import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { plainMenu, plainStep } from "#shared/ivr/plain_step.ts";
import { inputFields, namesOneInput, toInput } from "./inputs.ts";
import type { SimulatedInput } from "#shared/ivr/simulate.ts";
import { languageTag } from "./sessions.ts";

const MAX_INPUTS = 200;

const answer = z.union([
  z.strictObject({ digit: z.string().min(1).max(100) }),
  z.enum(["registered", "failed"]),
]);

/** What only a simulation has for an input, each in the place of all others. */
const OWN = ["back", "callout"] as const;

const simulatedInput = z.strictObject({
  ...inputFields,
  back: z.literal(true).optional().openapi({ description: "An app's way back" }),
  callout: answer.optional().openapi({
    description:
      "The pause after an item that asks outside is over: a webhook named an item, Retell took the call, or neither answered",
  }),
  after_seconds: z.int().min(0).max(86_400).default(0).openapi({
    description: "How long after the turn before",
  }),
}).superRefine((sent, context) => {
  const own = OWN.filter((name) => sent[name] !== undefined);
  if (own.length === 0) namesOneInput(sent, context);
  else if (own.length > 1 || Object.keys(inputFields).some((name) => name in sent)) {
    context.addIssue({ code: "custom", message: `${own.join(" and ")} must stand alone` });
  }
});

/** An input of a simulation, as it was sent. */
export type SentSimulatedInput = z.output<typeof simulatedInput>;

/** What was sent as the engine takes it. */
export function toSimulatedInput(sent: SentSimulatedInput): SimulatedInput {
  const { after_seconds: afterSeconds, back, callout, ...further } = sent;
  if (back) return { input: { kind: "back" }, afterSeconds, answer: null };
  if (callout === undefined) return { input: toInput(further), afterSeconds, answer: null };
  const answer = typeof callout === "string"
    ? { kind: callout }
    : { kind: "item", digit: callout.digit } as const;
  return { input: { kind: "waited" }, afterSeconds, answer };
}

const party = z.string().min(1).max(256).refine(isStorable, { error: UNSTORABLE });

/** The call that is to be simulated. */
export const simulation = z.strictObject({
  inputs: z.array(simulatedInput).max(MAX_INPUTS).openapi({
    description: "What the caller does, turn by turn",
  }),
  version: z.union([z.int().min(1).max(2_147_483_647), z.literal("draft")]).optional().openapi({
    description:
      "A published version, or what publishing now would freeze; the published one if left out",
  }),
  at: time.optional().openapi({ description: "When the call comes in; now if left out" }),
  from: party.optional().openapi({ description: "Who calls" }),
  to: party.optional().openapi({
    description: "The number that is called, E.164; where transfers may go depends on it",
  }),
  language: languageTag.optional().openapi({ description: "What the caller chose before" }),
}).openapi("IvrSimulation", {
  example: { inputs: [{ digits: "2" }, { no_input: true }, { digits: "1" }], version: "draft" },
});

/** What would be heard and done. */
export const transcript = z.object({
  version: z.int().nullable().openapi({ description: "Null for the draft" }),
  ended: z.boolean(),
  end_reason: z.string().nullable(),
  unused_inputs: z.int().openapi({ description: "How many inputs came after the end" }),
  turns: z.array(z.object({
    step: z.int(),
    at: z.string(),
    input: z.record(z.string(), z.unknown()).openapi({
      description: "As it would be recorded; what is entered in a sensitive menu is masked",
    }),
    asked: plainMenu.openapi({ description: "The menu in which the input was given" }),
    ...plainStep.shape,
  })),
}).openapi("IvrTranscript");
