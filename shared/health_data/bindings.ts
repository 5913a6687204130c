import type { Binding } from "../crypto/sealed.ts";

/** Where a text of a call stands sealed: what it is sealed for and opened against. */
export function callTextBinding(userId: string, id: string): Binding {
  return { user: userId, table: "call_texts", column: "sealed", row: id };
}

/** Where the hidden part of an event stands sealed. */
export function eventBinding(userId: string, eventId: string): Binding {
  return { user: userId, table: "webhook_events", column: "sealed", row: eventId };
}
