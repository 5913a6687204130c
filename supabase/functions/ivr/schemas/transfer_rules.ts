import { z } from "@hono/zod-openapi";
import { isSupportedCountry } from "libphonenumber-js/max";

/** What an owner sends to say where callers may be transferred to, and how often. */
export const newTransferRules = z.strictObject({
  countries: z.array(
    z.string().refine(isSupportedCountry, {
      error: "Must be a country of ISO 3166-1 such as DE or GB",
    }),
  ).max(250).nullable().openapi({
    description: "Null for the country of the number that was called; none at all if empty",
    example: ["DE", "AT"],
  }),
  prefixes: z.array(
    z.string().regex(/^\+[1-9][0-9]{0,14}$/, {
      error: "Must be the beginning of a number, such as +1900",
    }),
  ).max(100).default([]).openapi({
    description:
      "Beginnings of numbers that are dialled whatever they are: premium and satellite ranges need one",
    example: ["+1900"],
  }),
  max_per_hour: z.int().min(0).max(100_000).default(100).openapi({
    description: "Transfers in an hour, by the clock; 0 for none",
  }),
}).openapi("NewTransferRules");

/** The same as it holds. */
export const transferRules = z.object({
  countries: z.array(z.string()).nullable(),
  prefixes: z.array(z.string()),
  max_per_hour: z.int(),
}).openapi("TransferRules");
