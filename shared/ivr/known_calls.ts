import { Recent } from "#shared/recent.ts";
import type { KnownVersion } from "./known_versions.ts";
import type { LoadedTurn } from "./store.ts";

/** Where a call stands after a turn that this isolate committed, in the form in which the next is loaded. */
export interface KnownTurn extends LoadedTurn {
  readonly session: NonNullable<LoadedTurn["session"]>;
  readonly menu_version: KnownVersion;
}

/** A call, by the provider and the connection that it comes in by. */
export interface CallName {
  readonly provider: string;
  readonly connectionId: string;
  readonly callId: string;
}

/** A kilobyte or two each beside their menus. */
const known = new Recent<KnownTurn>(500);

/**
 * Remembers where a call stands, so that its next turn need not ask before it is committed. Nothing
 * is decided by it alone: the commit finds out whether it holds.
 */
export function rememberCall(name: CallName, turn: KnownTurn): void {
  known.set(keyOf(name), turn);
}

/** Where a call stands that waits for this step, if this isolate knows of it. */
export function recallCall(name: CallName, step: number): KnownTurn | undefined {
  const turn = known.get(keyOf(name));
  return turn?.session.step === step ? turn : undefined;
}

/** Forgets a call; says whether what was recalled of it was still there, for one delivery alone. */
export function claimCall(name: CallName, turn: KnownTurn): boolean {
  const key = keyOf(name);
  if (known.get(key) !== turn) return false;
  known.delete(key);
  return true;
}

function keyOf({ provider, connectionId, callId }: CallName): string {
  return `${provider} ${connectionId} ${callId}`;
}
