import { z } from "@hono/zod-openapi";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { time } from "#shared/http/fields.ts";
import { retellAgent, retellPhoneNumber, retellVoice } from "#shared/retell/answers.ts";
import { webhookConfig } from "#shared/retell/webhook.ts";

/** A secret as it is shown, and as it can be sent back to keep it. */
const shownSecret = z.strictObject({
  present: z.boolean(),
  last_four: z.string().nullable(),
  fingerprint: z.string().nullable().openapi({
    description: "The first 16 hexadecimal digits of its SHA-256",
    example: "9f86d081884c7d65",
  }),
});

/** A secret that stays what it is: known by its fingerprint, or not set. */
const keptSecret = shownSecret.partial().extend({
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/, { error: "Must be a fingerprint" }).nullable(),
});

/** A secret as it is written: the text, what was shown of the stored one, or null for none. */
function secret(text: z.ZodString) {
  return z.union([text, keptSecret]).nullable().default(null);
}

const apiKey = z.string().regex(/^[\x21-\x7e]{8,256}$/, {
  error: "Must be 8 to 256 visible ASCII characters",
});

const agentId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, {
  error: "Must be an agent's id: 1 to 64 letters, digits, _ and -",
});

const phoneNumber = z.string().max(40).transform((value, context) => {
  const phone = value.startsWith("+") ? parsePhoneNumberFromString(value) : undefined;
  if (phone?.isPossible()) return phone.number as string;
  context.addIssue({ code: "custom", message: "Must be a number in E.164 form" });
  return z.NEVER;
});

const deviceId = z.string().regex(/^[\x20-\x7e]{1,100}$/, {
  error: "Must be 1 to 100 ASCII characters",
});

const writeStamp = {
  updated_at: time.optional().openapi({
    description:
      "When it was written by the device's clock, at most 5 minutes ahead; now unless given",
  }),
  device_id: deviceId.optional().openapi({
    description: "Decides between two writes of the same time: the greater one wins",
  }),
};

/** The whole configuration as a device writes it. */
export const newConfig = z.strictObject({
  api_key: secret(apiKey).openapi({
    description:
      "Retell's API key. Stored encrypted and never shown again; send back what is shown to keep it",
  }),
  call_agent_id: secret(agentId),
  sms_agent_id: secret(agentId),
  phone_number: phoneNumber.nullable().default(null).openapi({ example: "+15550100100" }),
  webhook_config: webhookConfig.nullable().default(null).openapi({
    description: "Which of Retell's events are taken in; all unless given",
    example: { events: ["call_started", "call_ended", "call_analyzed"] },
  }),
  ...writeStamp,
}).openapi("NewRetellConfig");

/** The configuration that a device writes. */
export type NewConfig = z.output<typeof newConfig>;

/** When and where a configuration was deleted. */
export const deletion = z.object(writeStamp);

/** What the database says of a configuration. */
export const storedConfig = z.object({
  api_key: shownSecret,
  call_agent_id: shownSecret,
  sms_agent_id: shownSecret,
  phone_number: z.string().nullable(),
  webhook_config: webhookConfig,
  updated_at: z.string().nullable(),
  device_id: z.string().nullable(),
  status: z.enum(["disconnected", "connected", "error"]),
  last_retell_sync: z.string().nullable(),
  hook_id: z.string().nullable(),
});

/** The configuration as its owner is shown it. */
export const config = storedConfig.omit({ hook_id: true }).extend({
  webhook_url: z.url().nullable().openapi({ description: "What to enter at Retell" }),
}).openapi("RetellConfig");

/** Which page of a list of Retell's is wanted. */
export const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(2000).optional().openapi({
    description: "`next_cursor` of a page",
  }),
});

/** A page of a list of Retell's, in its order. */
function listPage<Item extends z.ZodType>(item: Item, name: string) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() }).openapi(name);
}

/** Pages of each list. */
export const agentPage = listPage(retellAgent, "RetellAgentPage");
export const voicePage = listPage(retellVoice, "RetellVoicePage");
export const phoneNumberPage = listPage(retellPhoneNumber, "RetellPhoneNumberPage");

/** Which calls are to be fetched. */
export const syncRequest = z.strictObject({
  since: time.openapi({ description: "Calls that began then or later" }),
  until: time.optional().openapi({ description: "Calls that began until then; now unless given" }),
  cursor: z.string().min(1).max(2000).optional().openapi({
    description: "`next_cursor` of the answer before, with its `since` and `until`",
  }),
}).refine(({ since, until }) => until === undefined || Date.parse(since) <= Date.parse(until), {
  error: "Must not be before since",
  path: ["until"],
});

/** How far a sync has come. */
export const syncProgress = z.object({
  since: z.string(),
  until: z.string(),
  added: z.int(),
  updated: z.int(),
  refused: z.int().openapi({ description: "Calls whose id is another account's" }),
  next_cursor: z.string().nullable().openapi({ description: "Null when all calls are there" }),
}).openapi("RetellSyncProgress");
