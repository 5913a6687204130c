import { Recent } from "#shared/recent.ts";
import type { MenuVersion } from "./menu.ts";

/** A published version, read. */
export interface KnownVersion {
  readonly id: string;
  readonly menus: MenuVersion;
}

/** Where calls come in: a connection, and the number called, as far as its provider says. */
export interface Line {
  readonly connectionId: string;
  readonly called: string | null;
}

/** Some kilobytes each; an isolate serves a handful of numbers at a time. */
const known = new Recent<KnownVersion>(100);

/**
 * Remembers the version that answered a line last, so that it need not be sent and read at every key
 * press. A version never changes, and which one a call is on is the database's to say.
 */
export function rememberVersion(line: Line, version: KnownVersion): void {
  known.set(keyOf(line), version);
}

/** The version that answered a line last, if this isolate has read it. */
export function recallVersion(line: Line): KnownVersion | undefined {
  return known.get(keyOf(line));
}

function keyOf({ connectionId, called }: Line): string {
  return `${connectionId} ${called ?? ""}`;
}
