import { z } from "@hono/zod-openapi";
import { PROVIDER_NAMES } from "#shared/ivr/providers/mod.ts";

/** What an owner sends to connect an account at a phone provider. */
export const newConnection = z.strictObject({
  provider: z.enum(PROVIDER_NAMES),
  name: z.string().trim().min(1).max(100).openapi({ example: "Main line" }),
  account_sid: z.string().min(1).max(100).optional().openapi({
    description: "Requests that name another account are refused",
  }),
  auth_token: z.string().min(16).max(256).openapi({
    description: "The secret that the provider signs with. Stored encrypted and never shown again",
  }),
}).openapi("NewConnection");

/** A connection as its owner sees it: everything but the secret. */
export const connection = z.object({
  id: z.guid(),
  provider: z.enum(PROVIDER_NAMES),
  name: z.string(),
  account_sid: z.string().nullable(),
  enabled: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
}).openapi("Connection");

/** A connection that was just made, with the URLs to enter at the provider. */
export const createdConnection = connection.extend({
  urls: z.object({ voice: z.url(), status: z.url() }),
}).openapi("CreatedConnection");
