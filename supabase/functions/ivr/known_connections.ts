import type { StoredConnection } from "#shared/ivr/store.ts";

/** A few kilobytes each; an isolate serves a handful of connections at a time. */
const MAX_CONNECTIONS = 500;

/** A connection as it was last loaded, and the language that its callers were last spoken to in. */
export interface KnownConnection {
  readonly connection: StoredConnection;
  readonly language: string | null;
}

const known = new Map<string, KnownConnection>();

/**
 * Remembers a connection for the day the database does not answer: with its secrets, still sealed,
 * a caller can be told apart from a stranger and given an apology. Nothing else is decided by it.
 */
export function rememberConnection(entry: KnownConnection): void {
  const { id } = entry.connection;
  known.delete(id);
  known.set(id, entry);
  const [oldest] = known.keys();
  if (known.size > MAX_CONNECTIONS && oldest !== undefined) known.delete(oldest);
}

/** What was remembered of a connection, if this isolate has seen it. */
export function recallConnection(id: string): KnownConnection | undefined {
  return known.get(id);
}
