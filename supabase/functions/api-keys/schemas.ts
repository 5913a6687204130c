import { z } from "@hono/zod-openapi";
import { apiKey, apiKeyUsage } from "#shared/api_keys/api_key.ts";
import { REFUSALS } from "#shared/api_keys/verify.ts";
import { GRANTED_SCOPES, SCOPES } from "#shared/auth/scopes.ts";
import { flag, time } from "#shared/http/fields.ts";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";

const MAX_DAYS = 36_500;

const scopes = z
  .array(z.enum(GRANTED_SCOPES, { error: `Must be one of ${GRANTED_SCOPES.join(", ")}` }))
  .min(1)
  .max(100);

const metadata = z.record(z.string(), z.unknown()).refine(isStorable, { error: UNSTORABLE });

/** The settings of a key, each as an owner may set it. What they allow is the database's to say. */
const settings = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), {
      error: "Must not contain control characters",
    })
    .openapi({ example: "Nightly export" }),
  scopes: scopes.openapi({ example: ["call-logs:read"] }),
  enabled: z.boolean(),
  expires_at: time.nullable().openapi({
    description: "When the key ends; null for never",
    example: "2030-01-31T12:00:00Z",
  }),
  rate_limit: z.int().min(1).max(1_000_000).nullable().openapi({
    description: "Uses per hour, in hours of UTC; null for no limit",
  }),
  usage_quota: z.int().min(1).max(1_000_000_000_000).nullable().openapi({
    description: "Uses in all; null for no limit",
  }),
  allowed_ips: z
    .array(z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()], {
      error: "Must be an address or a network such as 203.0.113.0/24",
    }))
    .min(1)
    .max(100)
    .nullable()
    .openapi({ description: "Where the key may be used from; null for anywhere" }),
  metadata: metadata.openapi({ description: "Whatever helps its owner; at most 4096 bytes" }),
};

/** What an owner sends to have a key made. */
export const newApiKey = z.strictObject({
  ...z.object(settings).partial().shape,
  name: settings.name,
  scopes: settings.scopes,
  expires_in_days: z.int().min(1).max(MAX_DAYS).optional().openapi({
    description: "In place of expires_at",
  }),
}).refine((key) => key.expires_in_days === undefined || key.expires_at === undefined, {
  error: "Must be left out where expires_at is given",
  path: ["expires_in_days"],
}).openapi("NewApiKey");

/** What an owner sends to change a key; what is left out stays. */
export const apiKeyChanges = z.strictObject(settings).partial().openapi("ApiKeyChanges");

/** A key as its owner is shown it. */
export const shownApiKey = z.object(apiKey.shape).openapi("ApiKey");

const plainKey = z.string().openapi({
  description: "The key itself, this once and never again. Left out where the answer is repeated",
});

/** A key that was just made. */
export const createdApiKey = shownApiKey.extend({ key: plainKey.optional() })
  .openapi("CreatedApiKey");

/** What a rotation came to: the new key, and the old one with its end. */
export const rotatedApiKey = shownApiKey.extend({ key: plainKey, previous: shownApiKey })
  .openapi("RotatedApiKey");

/** How long the old key goes on beside the new one. */
export const rotation = z.strictObject({
  overlap_hours: z.int().min(0).max(168).openapi({
    description: "For how long both keys work; 0 ends the old one at once",
  }),
}).openapi("Rotation");

/** A page of keys, newest first. */
export const apiKeyPage = pageSchema(shownApiKey, "ApiKeyPage");

/** Which keys are wanted, and which page of them. */
export const listQuery = pageQuery.extend({
  enabled: flag.optional(),
  revoked: flag.optional(),
  expired: flag.optional(),
  scope: z.enum(GRANTED_SCOPES).optional().openapi({ description: "Keys that name this scope" }),
});

/** Which hours are wanted: the last 24 unless said otherwise. */
export const usageQuery = z.object({ from: time.optional(), to: time.optional() });

/** How often a key was used, hour by hour. */
export const shownUsage = z.object({
  from: z.string(),
  to: z.string(),
  ...apiKeyUsage.shape,
}).openapi("ApiKeyUsage");

/** A key to be judged. */
export const presentedKey = z.strictObject({
  key: z.string().min(1).max(500),
  scope: z.enum(SCOPES, { error: `Must be one of ${SCOPES.join(", ")}` }).optional().openapi({
    description: "The scope that is needed; none in particular if left out",
  }),
  ip: z.union([z.ipv4(), z.ipv6()], { error: "Must be an address" }).optional().openapi({
    description: "Where the key was presented from. Left out, a key with allowed_ips is refused",
  }),
}).openapi("PresentedApiKey");

/** The verdict on a key. Of one that is not known, `valid` and `code` are all. */
export const shownVerdict = z.object({
  valid: z.boolean(),
  code: z.enum(["valid", ...REFUSALS]),
  key_id: z.guid().optional(),
  user_id: z.guid().optional(),
  scopes: z.array(z.string()).optional(),
  limit: z.int().nullable().optional(),
  remaining: z.int().nullable().optional(),
  reset: z.int().nullable().optional().openapi({ description: "In seconds" }),
  quota: z.int().nullable().optional(),
  quota_remaining: z.int().nullable().optional(),
}).openapi("ApiKeyVerdict");

/** What a secret scanner found. */
export const leakReport = z.array(z.object({
  token: z.string(),
  type: z.string(),
  url: z.string().nullish(),
  source: z.string().nullish(),
})).openapi("LeakReport");

/** What became of each finding. */
export const leakVerdicts = z.array(z.object({
  token_hash: z.string().openapi({ description: "SHA-256 of the token, in hex" }),
  token_type: z.string(),
  label: z.enum(["true_positive", "false_positive"]),
})).openapi("LeakVerdicts");
