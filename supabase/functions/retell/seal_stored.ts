import { z } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { CALL_TEXTS, sealCallText } from "#shared/health_data/call_texts.ts";
import { sealBody } from "#shared/health_data/event_bodies.ts";
import { divide } from "#shared/health_data/members.ts";
import { parseJson } from "#shared/json.ts";
import type { Keyring } from "#shared/crypto/keyring.ts";

/** How many are read, sealed and written at once; a call may have a megabyte of transcript. */
const CALLS = 20;
const EVENTS = 50;

/**
 * Seals what is stored in plain text of a tenant's calls and events, a slice at a time. Ended
 * half-way, it goes on where it was when it is called again: what is sealed is not found any more.
 *
 * @param isOver whether it is time to stop; asked after each slice.
 */
export async function sealStored(
  userId: string,
  keyring: Keyring,
  isOver: () => boolean,
): Promise<void> {
  while (await sealCalls(userId, keyring)) if (isOver()) return;
  let from: string | null = "-infinity";
  while (from !== null && !isOver()) from = await sealEvents(userId, keyring, from);
}

const plainCalls = z.array(
  z.object({ id: z.guid(), texts: z.partialRecord(z.enum(CALL_TEXTS), z.string()) }),
);

/** Answers whether there was something to seal. */
async function sealCalls(userId: string, keyring: Keyring): Promise<boolean> {
  const database = adminOf();
  const read = await database.rpc("plain_calls", { p_user_id: userId, p_limit: CALLS });
  const texts = unwrap(read, plainCalls).flatMap(({ id, texts }) =>
    Object.entries(texts).map(([field, was]) => ({ call_log_id: id, field, was }))
  );
  if (texts.length === 0) return false;
  const p_texts = await Promise.all(
    texts.map(async (text) => ({ ...text, ...await sealCallText(text.was, userId, keyring) })),
  );
  unwrap(await database.rpc("seal_calls", { p_user_id: userId, p_texts }));
  return true;
}

const plainEvents = z.array(
  z.object({ id: z.guid(), created_at: z.string(), type: z.string(), payload: z.string() }),
);

const payload = z.looseObject({ data: z.record(z.string(), z.unknown()) });

/** Answers from when on there may be more to seal, or null at the end. */
async function sealEvents(userId: string, keyring: Keyring, from: string): Promise<string | null> {
  const database = adminOf();
  const read = await database.rpc("plain_events", {
    ...{ p_user_id: userId, p_limit: EVENTS, p_from: from },
  });
  const events = unwrap(read, plainEvents);
  const p_events = await Promise.all(events.map(async (event) => {
    const { data, ...rest } = payload.parse(parseJson(event.payload));
    const { id, created_at } = event;
    const { open } = divide(event.type, data);
    const sealed = await sealBody(event, userId, keyring);
    return { id, created_at, payload: JSON.stringify({ ...rest, data: open }), sealed };
  }));
  if (events.length > 0) unwrap(await database.rpc("seal_events", { p_user_id: userId, p_events }));
  return events.at(-1)?.created_at ?? null;
}

function adminOf() {
  return adminClient("users write neither calls nor events");
}
