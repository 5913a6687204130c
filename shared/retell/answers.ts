import { z } from "zod";
import { retellCallId } from "./call.ts";

/** A page of one of Retell's lists. */
export function retellPage<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    has_more: z.boolean().default(false),
    pagination_key: z.string().nullish(),
  });
}

/** What `POST /v2/register-phone-call` answers with, as far as it is used. */
export const registeredCall = z.object({ call_id: retellCallId });

/** An agent of `POST /v2/list-agents`. */
export const retellAgent = z.object({
  agent_id: z.string(),
  agent_name: z.string().nullish().transform((name) => name ?? null),
  channel: z.string().nullish().transform((channel) => channel ?? null),
});

/** A voice of `GET /list-voices`. */
export const retellVoice = z.object({
  voice_id: z.string(),
  voice_name: z.string(),
  provider: z.string(),
  gender: z.string().nullish().transform((gender) => gender ?? null),
  accent: z.string().nullish().transform((accent) => accent ?? null),
  age: z.string().nullish().transform((age) => age ?? null),
  preview_audio_url: z.string().nullish().transform((url) => url ?? null),
});

/** A number of `GET /v2/list-phone-numbers`. */
export const retellPhoneNumber = z.object({
  phone_number: z.string(),
  phone_number_pretty: z.string().nullish().transform((number) => number ?? null),
  nickname: z.string().nullish().transform((name) => name ?? null),
});

/** An agent at Retell. */
export type RetellAgent = z.output<typeof retellAgent>;

/** A voice at Retell. */
export type RetellVoice = z.output<typeof retellVoice>;

/** A number at Retell. */
export type RetellPhoneNumber = z.output<typeof retellPhoneNumber>;
