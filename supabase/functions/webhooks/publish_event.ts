import { z } from "@hono/zod-openapi";
import type { Actor } from "#shared/auth/actor.ts";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { sealMembers } from "#shared/health_data/event_bodies.ts";
import { divide } from "#shared/health_data/members.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { type newEvent, publication } from "./schemas/events.ts";

type Wanted = z.output<typeof newEvent>;

/**
 * Publishes an event of the caller. What it tells of what was said in calls is sealed first, where
 * the caller wants that.
 *
 * @throws {Problem} of the database; `not_configured`.
 */
export async function publishEvent(
  { userId, db }: Pick<Actor, "userId" | "db">,
  wanted: Wanted,
  idempotencyKey: string | undefined,
): Promise<z.output<typeof publication>> {
  const args = {
    p_type: wanted.type,
    p_agent_id: wanted.agent_id,
    p_ordering_key: wanted.ordering_key,
    p_idempotency_key: idempotencyKey,
  };
  const { open, hidden } = divide(wanted.type, wanted.data);
  if (Object.keys(hidden).length === 0 || !await encrypts(userId)) {
    return unwrap(await db.rpc("publish_event", { ...args, p_data: wanted.data }), publication);
  }
  const sealed = await sealMembers(hidden, userId, requireKeyring());
  const admin = adminClient("whoever chose the id of an event could choose another's");
  const result = await admin.rpc("publish_sealed_event", {
    ...{ ...args, p_data: open },
    ...{ p_user_id: userId, p_sealed: sealed },
  });
  return unwrap(result, publication);
}

async function encrypts(userId: string): Promise<boolean> {
  const admin = adminClient("the settings are closed to users");
  return unwrap(await admin.rpc("encrypts_health_data", { p_user_id: userId }), z.boolean());
}
