import type { Actor } from "../auth/actor.ts";
import type { LogFields } from "../log.ts";
import type { Problem } from "./problem.ts";

/** What middleware leaves in the context for handlers and for the access log. */
export interface AppEnv {
  Variables: {
    /** Names the request in the reply, the log and the problem document. */
    requestId: string;
    /** Whose request it is, as soon as that is known. */
    tenantId?: string;
    /** The authenticated caller of a route for users. */
    actor?: Actor;
    /** What the request failed with, also where the reply does not show it. */
    problem?: Problem;
    /** Further fields of the request's log line. */
    logFields?: LogFields;
  };
}
