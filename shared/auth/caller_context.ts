import type { LogFields } from "../log.ts";
import type { Actor } from "./actor.ts";

/** What identifying a caller needs of a request's context, whichever kind of route it is for. */
export interface CallerContext {
  readonly req: { readonly raw: Request };
  get(name: "requestId"): string;
  set(name: "actor", value: Actor): void;
  set(name: "tenantId", value: string): void;
  set(name: "logFields", value: LogFields): void;
  header(name: string, value: string): void;
}
