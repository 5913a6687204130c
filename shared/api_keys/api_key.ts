import { z } from "zod";

/** A key as its owner is shown it: everything but the key and its hash. */
export const apiKey = z.object({
  id: z.guid(),
  name: z.string(),
  key_prefix: z.string(),
  scopes: z.array(z.string()),
  enabled: z.boolean(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  rate_limit: z.int().nullable(),
  usage_quota: z.int().nullable(),
  usage_count: z.int(),
  last_used_at: z.string().nullable(),
  allowed_ips: z.array(z.string()).nullable(),
  metadata: z.record(z.string(), z.unknown()),
  rotated_from: z.guid().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

/** A parsed {@linkcode apiKey}. */
export type ApiKey = z.output<typeof apiKey>;

/** What to select from `api_keys`: not everything there may be read. */
export const API_KEY_COLUMNS = Object.keys(apiKey.shape).join(",");

/** What `get_api_key_usage` answers. */
export const apiKeyUsage = z.object({
  total: z.int(),
  hours: z.array(z.object({ hour: z.string(), count: z.int() })),
});
