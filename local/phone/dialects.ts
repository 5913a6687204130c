import type { Dialect } from "./dialect.ts";
import { twilio } from "./dialects/twilio.ts";

/** Every provider that this phone can stand in for. */
export const DIALECTS = { twilio } satisfies Record<string, Dialect>;

/** A provider that this phone can stand in for. */
export type Provider = keyof typeof DIALECTS;

/** Whether the phone knows a provider. */
export function isProvider(name: string): name is Provider {
  return Object.hasOwn(DIALECTS, name);
}
