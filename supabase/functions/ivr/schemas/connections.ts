import { z } from "@hono/zod-openapi";
import { flag } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { CALLER_ENTRY, callerEntry } from "#shared/ivr/callers.ts";
import { PROVIDER_NAMES } from "#shared/ivr/providers/mod.ts";
import { shortText } from "./texts.ts";

const accountSid = z.string().trim().regex(/^[\x21-\x7e]{1,100}$/, {
  error: "Must be 1 to 100 visible ASCII characters",
}).openapi({
  description:
    "The provider's name for the account: requests that name another are refused, and recordings are asked for in its name",
});

const authToken = z.string().trim().min(16).max(256).openapi({
  description:
    "What the provider signs with: auth token, signing key, public key or signature secret. Stored encrypted and never shown again",
});

const apiSecret = z.string().trim().min(1).max(4096).openapi({
  description:
    "What recordings are fetched with, where the provider wants another secret: SignalWire's API token, the private key (PEM) of a Vonage application. Stored encrypted and never shown again",
});

const callers = z.array(
  z.string().max(300).overwrite(callerEntry).regex(CALLER_ENTRY, {
    error: "Must be a number such as +4930123456, a beginning such as +4930*, a SIP address, " +
      "or anonymous",
  }),
).max(500);

const allowedCallers = callers.openapi({
  description: "Where it is not empty, nobody else is let in",
  example: ["+4930*"],
});

const blockedCallers = callers.openapi({
  description: "Who is not let in, even if allowed",
  example: ["anonymous", "sip:spam@example.com"],
});

/** What an owner sends to connect an account at a phone provider. */
export const newConnection = z.strictObject({
  provider: z.enum(PROVIDER_NAMES),
  name: shortText.openapi({ example: "Main line" }),
  account_sid: accountSid.optional(),
  auth_token: authToken,
  api_secret: apiSecret.optional(),
}).openapi("NewConnection");

/** What an owner sends to change a connection; what is left out stays. */
export const connectionChanges = z.strictObject({
  name: shortText,
  account_sid: accountSid.nullable(),
  enabled: z.boolean().openapi({ description: "Calls to a connection that is off are refused" }),
  allowed_callers: allowedCallers,
  blocked_callers: blockedCallers,
  api_secret: apiSecret.nullable(),
}).partial().openapi("ConnectionChanges");

/** A connection as the database gives it. */
export const connectionRow = z.object({
  id: z.guid(),
  provider: z.enum(PROVIDER_NAMES),
  name: z.string(),
  account_sid: z.string().nullable(),
  enabled: z.boolean(),
  allowed_callers: z.array(z.string()),
  blocked_callers: z.array(z.string()),
  secrets: z.array(z.object({
    purpose: z.enum(["signing", "api"]),
    created_at: z.string(),
    expires_at: z.string().nullable().openapi({
      description: "Until when a secret that was replaced is accepted; null for one in force",
    }),
  })).openapi({ description: "Which secrets there are, newest first; never the secrets" }),
  created_at: z.string(),
  updated_at: z.string(),
});

/** What to select from `phone_connection_details`. */
export const CONNECTION_COLUMNS = Object.keys(connectionRow.shape).join(",");

/** A connection as its owner sees it: with what to enter at the provider, and without its secrets. */
export const connection = connectionRow.extend({
  urls: z.object({
    voice: z.url(),
    status: z.url(),
    turn: z.url(),
    recording: z.url(),
  }).openapi({
    description:
      "What the provider calls. voice and status are entered in its console; turn and recording stand in our documents",
  }),
  console: z.array(z.object({
    setting: z.string(),
    value: z.url(),
    method: z.literal("POST"),
  })).openapi({ description: "What to enter where in the provider's console" }),
  fallback_setting: z.string().openapi({
    description:
      "The setting there for the address at which you keep the document of GET …/fallback",
  }),
}).openapi("Connection");

/** A page of connections, newest first. */
export const connectionPage = pageSchema(connection, "ConnectionPage");

/** Which connections are wanted, and which page of them. */
export const connectionQuery = pageQuery.extend({
  provider: z.enum(PROVIDER_NAMES).optional(),
  enabled: flag.optional(),
});

/** A new signing secret, and how long the one before is accepted beside it. */
export const connectionRotation = z.strictObject({
  auth_token: authToken,
  overlap_hours: z.int().min(0).max(168).default(24).openapi({
    description: "For how long both are accepted; 0 ends all but the new one at once",
  }),
}).openapi("ConnectionRotation");

/** The language that a fallback document is wanted in. */
export const fallbackQuery = z.object({
  language: z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, {
    error: "Must be a language such as de-DE",
  }).max(35).optional().openapi({
    description: "BCP 47; that of the menu of the connection's oldest number unless given",
    example: "de-DE",
  }),
});
