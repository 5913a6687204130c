import { z } from "@hono/zod-openapi";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { e164Of } from "#shared/ivr/e164.ts";
import { shortText } from "./texts.ts";

const settings = {
  connection_id: z.guid().openapi({ description: "The connection whose provider has the number" }),
  menu_id: z.guid().nullable().openapi({
    description: "The menu that callers hear first; they are told of a fault while there is none",
  }),
  number: z.string().max(50)
    .refine((text) => e164Of(text) !== null, {
      error: "Must be an international number such as +15550100100",
    })
    .overwrite((text) => e164Of(text) ?? text)
    .openapi({ description: "Kept in E.164 form", example: "+15550100100" }),
  label: shortText.nullable().openapi({ example: "Front desk" }),
};

/** What an owner sends to have a number answered. */
export const newNumber = z.strictObject({
  ...z.object(settings).partial().shape,
  connection_id: settings.connection_id,
  number: settings.number,
}).openapi("NewPhoneNumber");

/** What an owner sends to change a number; what is left out stays. */
export const numberChanges = z.strictObject(settings).partial().openapi("PhoneNumberChanges");

/** A number that is answered. */
export const phoneNumber = z.object({
  id: z.guid(),
  connection_id: z.guid(),
  menu_id: z.guid().nullable(),
  number: z.string(),
  label: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
}).openapi("PhoneNumber");

/** What to select from `phone_numbers`. */
export const NUMBER_COLUMNS = Object.keys(phoneNumber.shape).join(",");

/** A page of numbers, newest first. */
export const numberPage = pageSchema(phoneNumber, "PhoneNumberPage");

/** Which numbers are wanted, and which page of them. */
export const numberQuery = pageQuery.extend({
  connection_id: z.guid().optional(),
  menu_id: z.guid().optional(),
});
