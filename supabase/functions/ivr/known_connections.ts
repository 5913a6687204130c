import type { StoredConnection } from "#shared/ivr/store.ts";
import { Recent } from "#shared/recent.ts";

/** A connection as it was last loaded, and the language that its callers were last spoken to in. */
export interface KnownConnection {
  readonly connection: StoredConnection;
  readonly language: string | null;
}

/** A few kilobytes each; an isolate serves a handful of connections at a time. */
const known = new Recent<KnownConnection>(500);

/**
 * Remembers a connection for the day the database does not answer: with its secrets, still sealed,
 * a caller can be told apart from a stranger and given an apology. Nothing else is decided by it.
 */
export function rememberConnection(entry: KnownConnection): void {
  known.set(entry.connection.id, entry);
}

/** What was remembered of a connection, if this isolate has seen it. */
export function recallConnection(id: string): KnownConnection | undefined {
  return known.get(id);
}
