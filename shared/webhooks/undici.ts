import type { Agent, buildConnector } from "undici";

/** What of undici connections are made with. */
export interface Undici {
  readonly Agent: typeof Agent;
  readonly buildConnector: typeof buildConnector;
}

let loaded: Promise<Undici> | undefined;

/** The HTTP client, loaded with the first request: it is most of what a function would start with. */
export function loadUndici(): Promise<Undici> {
  return loaded ??= import("undici");
}
