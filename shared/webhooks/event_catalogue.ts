import { z } from "zod";
import { API_KEY_EVENTS } from "./events/api_keys.ts";
import { CALL_EVENTS } from "./events/calls.ts";
import { ENDPOINT_EVENTS } from "./events/endpoints.ts";
import type { EventType } from "./events/event_type.ts";
import { IVR_EVENTS } from "./events/ivr.ts";

/**
 * Every event type that Switchboard knows, with the shape of its `data`. The database has the names
 * (`private.event_types`).
 */
export const EVENT_CATALOGUE = {
  ...CALL_EVENTS,
  ...API_KEY_EVENTS,
  ...IVR_EVENTS,
  ...ENDPOINT_EVENTS,
} as const satisfies Record<string, EventType>;

/** The name of a type of {@linkcode EVENT_CATALOGUE}. */
export type KnownEventType = keyof typeof EVENT_CATALOGUE;

/** Types that are the tenant's own begin with this. */
export const CUSTOM_PREFIX = "custom.";

const MAX_LENGTH = 100;

/** A type as events and subscriptions may spell it; whether it is known is another question. */
export const eventTypeName = z.string().max(MAX_LENGTH).regex(
  /^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$/,
  { error: "Must be words of letters, digits and _ with dots between them" },
);

/** Tells whether a string from outside is a type of the catalogue. */
export function isKnownEventType(type: string): type is KnownEventType {
  return Object.hasOwn(EVENT_CATALOGUE, type);
}

/** Tells whether events of a type may be published: it is in the catalogue, or the tenant's own. */
export function isPublishable(type: string): boolean {
  return isKnownEventType(type) || type.startsWith(CUSTOM_PREFIX);
}

/** The shape of a type's `data`: that of the catalogue, or any object for a custom type. */
export function dataOf(type: string): z.ZodType {
  return isKnownEventType(type) ? EVENT_CATALOGUE[type].data : z.looseObject({});
}
