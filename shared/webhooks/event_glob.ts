import { z } from "@hono/zod-openapi";
import { CUSTOM_PREFIX, EVENT_CATALOGUE, eventTypeName, isPublishable } from "./event_catalogue.ts";

const EVERYTHING = "*";
const BENEATH = ".*";

/**
 * A set of event types: one type, `*` for all, or a prefix with `.*` at its end for everything
 * beneath it at any depth.
 */
export const eventGlob = z.string().refine(
  (glob) => glob === EVERYTHING || eventTypeName.safeParse(stemOf(glob)).success,
  { error: "Must be a type such as call.started, a prefix such as call.*, or *", abort: true },
);

/** A glob that some event can match: what an endpoint may subscribe to. */
export const subscription = eventGlob.refine(canMatch, {
  error: `Must match a type of GET /webhooks/event-types, or begin with ${CUSTOM_PREFIX}`,
});

/**
 * Tells whether a glob contains a type.
 *
 * @example
 * ```ts
 * globMatches("call.*", "call.transfer.started"); // true
 * globMatches("call.*", "call"); // false
 * ```
 */
export function globMatches(glob: string, type: string): boolean {
  if (glob === EVERYTHING) return true;
  const prefix = prefixOf(glob);
  return prefix === undefined ? type === glob : type.startsWith(prefix);
}

/** What the types of a prefix glob begin with, dot included; undefined for any other glob. */
export function prefixOf(glob: string): string | undefined {
  return glob.endsWith(BENEATH) ? glob.slice(0, -1) : undefined;
}

function stemOf(glob: string): string {
  return prefixOf(glob)?.slice(0, -1) ?? glob;
}

function canMatch(glob: string): boolean {
  if (glob === EVERYTHING || glob.startsWith(CUSTOM_PREFIX)) return true;
  if (prefixOf(glob) === undefined) return isPublishable(glob);
  return Object.keys(EVENT_CATALOGUE).some((type) => globMatches(glob, type));
}
