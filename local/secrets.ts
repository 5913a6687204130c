import { randomBytes } from "node:crypto";
import { z } from "zod";

/** The keys that a stack is run with; an operator would have them from the platform. */
export const Secrets = z.object({
  publishable_key: z.string().startsWith("sb_publishable_"),
  secret_key: z.string().startsWith("sb_secret_"),
  cron_key: z.string().startsWith("sb_secret_"),
  /** Signs the users' tokens. */
  jwt_secret: z.string().min(32),
  /** Seals third-party secrets; the form of `SWITCHBOARD_ENCRYPTION_KEYS`. */
  encryption_keys: z.object({ active: z.string(), keys: z.record(z.string(), z.string()) }),
});
export type Secrets = z.output<typeof Secrets>;

/** Makes new keys. */
export function newSecrets(): Secrets {
  return {
    publishable_key: `sb_publishable_${randomText(24)}`,
    secret_key: `sb_secret_${randomText(24)}`,
    cron_key: `sb_secret_${randomText(24)}`,
    jwt_secret: randomText(48),
    encryption_keys: { active: "k1", keys: { k1: randomBytes(32).toString("base64") } },
  };
}

/** Unguessable text that needs no escaping anywhere, from so many random bytes. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
