import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { plainMenu, plainStep } from "#shared/ivr/plain_step.ts";
import { inputFields, namesOneInput } from "./inputs.ts";
import { languageTag } from "./sessions.ts";

const MAX_INPUTS = 200;

const simulatedInput = z.strictObject({
  ...inputFields,
  back: z.literal(true).optional().openapi({ description: "An app's way back" }),
  after_seconds: z.int().min(0).max(86_400).default(0).openapi({
    description: "How long after the turn before",
  }),
}).superRefine(({ back, ...sent }, context) => {
  if (back !== true) namesOneInput(sent, context);
  else if (Object.keys(inputFields).some((name) => name in sent)) {
    context.addIssue({ code: "custom", message: "back stands alone" });
  }
});

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
