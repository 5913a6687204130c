import { z } from "zod";
import type { Keyring } from "../crypto/keyring.ts";
import { type Binding, seal } from "../crypto/sealed.ts";
import { parseJson } from "../json.ts";
import { eventBinding } from "./bindings.ts";
import { textDigest } from "./digest.ts";
import type { EventData } from "./members.ts";

/** The hidden part of an event as the database takes it. */
export interface SealedPart {
  /** The event's own. */
  readonly id: string;
  readonly sealed: string;
  /** How much longer the body is with it. */
  readonly bytes: number;
  /** Tells a repeat from another event under the same idempotency key. */
  readonly digest: string;
}

/** What is sealed: members that belong into the data, or the whole body as it was once sent. */
const part = z.union([
  z.strictObject({ members: z.record(z.string(), z.unknown()) }),
  z.strictObject({ body: z.string() }),
]);

const payload = z.looseObject({ data: z.record(z.string(), z.unknown()) });

/** Seals the hidden members of a new event. */
export async function sealMembers(
  members: EventData,
  userId: string,
  keyring: Keyring,
): Promise<SealedPart> {
  const id = crypto.randomUUID();
  const text = JSON.stringify({ members });
  return {
    id,
    sealed: await seal(text, eventBinding(userId, id), keyring),
    bytes: new TextEncoder().encode(JSON.stringify(members)).length,
    digest: await textDigest(text, userId, keyring),
  };
}

/** Seals the body of an event that may have been sent: it stays the same, byte for byte. */
export function sealBody(
  event: { readonly id: string; readonly payload: string },
  userId: string,
  keyring: Keyring,
): Promise<string> {
  return seal(JSON.stringify({ body: event.payload }), eventBinding(userId, event.id), keyring);
}

/**
 * The body of an event, byte for byte as endpoints get it, every time.
 *
 * @param opener opens what is sealed, if it stands where it was sealed for.
 * @throws {SealedError} where it cannot be opened.
 */
export async function openBody(
  event: { readonly id: string; readonly payload: string; readonly sealed: string | null },
  userId: string,
  opener: (sealed: string, binding: Binding) => Promise<string>,
): Promise<string> {
  if (event.sealed === null) return event.payload;
  const opened = part.parse(parseJson(await opener(event.sealed, eventBinding(userId, event.id))));
  if ("body" in opened) return opened.body;
  const { data, ...rest } = payload.parse(parseJson(event.payload));
  return JSON.stringify({ ...rest, data: { ...data, ...opened.members } });
}
