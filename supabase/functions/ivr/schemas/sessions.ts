import { z } from "@hono/zod-openapi";
import { time } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";
import { plainStep } from "#shared/ivr/plain_step.ts";
import { inputFields, namesOneInput } from "./inputs.ts";

const END_REASONS = [
  "hung_up",
  "connected",
  "recorded",
  "refused",
  "too_many_turns",
  "too_long",
  "caller_hung_up",
  "timed_out",
] as const;

/** A number, a SIP address or whatever an app calls those who speak with it. */
const party = z.string().min(1).max(256).refine(isStorable, { error: UNSTORABLE });

const ownName = z.string().regex(/^[\x21-\x7e]{1,128}$/, {
  error: "Must be 1 to 128 visible ASCII characters",
});

/** A language tag, BCP 47. */
export const languageTag = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, {
  error: "Must be a language such as de-DE",
});

/** What an app sends to begin a session. */
export const newSession = z.strictObject({
  // Keys have no capitals, and ids are written without.
  menu: z.string().min(1).max(64).toLowerCase().refine(isStorable, { error: UNSTORABLE }).openapi({
    description: "Id or key of a published menu",
    example: "main",
  }),
  session_id: ownName.optional().openapi({
    description:
      "The app's own name for the session, its id unless given. The same name again gets the same answer",
    example: "chat-4711",
  }),
  from: party.optional().openapi({ description: "Who speaks with the app" }),
  to: party.optional().openapi({
    description:
      "The number that was dialled, E.164. Without rules of one's own, transfers go to its country alone",
    example: "+15550100100",
  }),
  language: languageTag.optional().openapi({
    description: "The language that is heard wherever a menu has it",
  }),
}).openapi("NewIvrSession");

/** The step that a turn is for: what the answer before said. */
const step = z.int().min(1).max(1_000_000).openapi({
  description: "The `step` of the answer before",
  example: 1,
});

/** What an app sends for a turn. */
export const turnInput = z.strictObject({ step, ...inputFields }).superRefine(namesOneInput)
  .openapi("IvrInput", { example: { step: 1, digits: "2" } });

/** What an app sends to go back. */
export const stepBody = z.strictObject({ step }).openapi("IvrStep");

/** What an app may send to end a session. */
export const endBody = z.strictObject({
  step: step.optional().openapi({ description: "Ends the session at this step alone" }),
}).openapi("IvrEnd");

/** The answer to a turn. */
export const appAnswer = z.object({
  id: z.guid(),
  session_id: z.string(),
  step: z.int().openapi({ description: "What the next turn must carry" }),
  ...plainStep.shape,
}).openapi("IvrAnswer", {
  description:
    "What is to be said, and what is done then: `listen` is answered with digits, speech or no_input; `dial`, `dial_sip` and `enqueue` with connection_ended; `record` with recorded; `wait` with waited; `hangup` is the end",
});

const call = z.object({
  id: z.guid(),
  provider: z.string(),
  provider_call_id: z.string(),
  direction: z.string(),
  status: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  duration_seconds: z.int().nullable(),
  recording_path: z.string().nullable().openapi({
    description: "Where the recording is in storage, under its owner's path",
  }),
});

/** A session as its owner sees it. */
export const session = z.object({
  id: z.guid(),
  session_id: z.string().openapi({
    description: "The provider's call id, or the app's own name for the session",
  }),
  channel: z.enum(["phone", "app"]),
  menu_id: z.guid().openapi({ description: "The menu in which it began" }),
  menu_name: z.string(),
  version: z.int().openapi({ description: "The version of that menu on which it runs" }),
  current_menu_id: z.guid(),
  current_menu_name: z.string(),
  menu_stack: z.array(z.guid()),
  step: z.int(),
  retry_count: z.int(),
  language: z.string().nullable(),
  pending: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  start_time: z.string(),
  last_activity: z.string(),
  ended_at: z.string().nullable(),
  end_reason: z.enum(END_REASONS).nullable(),
  created_at: z.string(),
  call: call.nullable().openapi({ description: "Null for a session that an app drives" }),
}).openapi("IvrSession");

/** A session with every turn. */
export const sessionDetail = session.extend({
  turns: z.array(z.object({
    step: z.int(),
    created_at: z.string(),
    menu_id: z.guid().openapi({ description: "The menu in which the input was given" }),
    menu_name: z.string().nullable(),
    input: z.record(z.string(), z.unknown()).openapi({
      description: "As it was recorded; what was entered in a sensitive menu is masked",
    }),
    outcome: z.string(),
    item: z.string().nullable(),
    item_label: z.string().nullable(),
    reply: z.string().openapi({
      description: "What was answered, byte for byte: a provider's document, or an app's JSON",
    }),
  })),
}).openapi("IvrSessionDetail");

/** A page of sessions, newest first. */
export const sessionPage = pageSchema(session, "IvrSessionPage");

/** Which sessions are wanted, and which page of them. */
export const sessionQuery = pageQuery.extend({
  menu_id: z.guid().optional().openapi({ description: "Sessions that began in this menu" }),
  state: z.enum(["open", "ended"]).optional(),
  end_reason: z.enum(END_REASONS).optional(),
  channel: z.enum(["phone", "app"]).optional(),
  session_id: ownName.optional().openapi({
    description: "The provider's call id, or the app's own name",
  }),
  caller: party.optional().openapi({ description: "Sessions of this caller" }),
  from: time.optional().openapi({ description: "Sessions that began at this time or later" }),
  to: time.optional().openapi({ description: "Sessions that began before this time" }),
});
