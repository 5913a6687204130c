import { decodeJwt } from "jose";
import { z } from "zod";
import type { Secrets } from "../secrets.ts";

/** Whom a request is made as, as policies see it. */
export interface Caller {
  readonly role: "anon" | "authenticated" | "service_role";
  readonly claims: Readonly<Record<string, unknown>>;
  /** The user's id; null for a caller who is no user. */
  readonly userId: string | null;
}

const claims = z.looseObject({
  role: z.enum(["anon", "authenticated", "service_role"]),
  sub: z.guid().optional(),
});

/** Finds out who asks: by the token, which the gateway has verified before, else by the key. */
export function callerOf(headers: Headers, secrets: Secrets): Caller {
  const token = /^bearer\s+(.*)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const key = token.startsWith("sb_") ? token : headers.get("apikey") ?? "";
  if (token === "" || token.startsWith("sb_")) {
    const { secret_key, cron_key } = secrets;
    const role = [secret_key, cron_key].includes(key) ? "service_role" : "anon";
    return { role, claims: { role }, userId: null };
  }
  const payload = claims.parse(decodeJwt(token));
  return { role: payload.role, claims: payload, userId: payload.sub ?? null };
}
