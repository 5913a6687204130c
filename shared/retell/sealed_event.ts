import type { Keyring } from "../crypto/keyring.ts";
import { CALL_TEXTS, sealCallText, type SealedText } from "../health_data/call_texts.ts";
import { type SealedPart, sealMembers } from "../health_data/event_bodies.ts";
import type { CallEvent } from "./events.ts";

/** How much of a summary `call.analyzed` tells, in characters. */
const MAX_SUMMARY = 20_000;

/** A {@linkcode CallEvent} whose texts are sealed. */
export interface SealedCallEvent extends CallEvent {
  readonly sealed: Readonly<Record<string, SealedText>>;
  /** What `call.analyzed` says of the call. */
  readonly analysis?: SealedPart;
}

/** Seals what an event tells of what was said; the facts keep the rest. */
export async function sealCallEvent(
  event: CallEvent,
  userId: string,
  keyring: Keyring,
): Promise<SealedCallEvent> {
  const sealed: Record<string, SealedText> = {};
  const blank: Partial<Record<typeof CALL_TEXTS[number], null>> = {};
  for (const name of CALL_TEXTS) {
    const text = event.facts[name];
    if (text !== null) sealed[name] = await sealCallText(text, userId, keyring);
    blank[name] = null;
  }
  const facts = { ...event.facts, ...blank };
  if (!event.is_analyzed) return { ...event, facts, sealed };
  const { summary, sentiment } = event.facts;
  const told = { summary: summary && [...summary].slice(0, MAX_SUMMARY).join(""), sentiment };
  return { ...event, facts, sealed, analysis: await sealMembers(told, userId, keyring) };
}
