import { asPostgrestError } from "./errors.ts";
import { applyRequestContext, applyRpcContext } from "./request_context.ts";

/** The parts of Lite's connections that are mended. */
interface Curable {
  normalizeDbError(error: unknown): unknown;
}

/** Mends what a connection of Lite does otherwise than the platform. */
export function cure(connection: Curable): void {
  connection.normalizeDbError = asPostgrestError;
  // At its first request Lite grants everything on every table of a schema with row level security
  // to the API roles, unless it believes that it has done so: the migrations' grants stand instead.
  Object.assign(connection, { rlsState: "active" });
  Object.assign(connection, {
    applyJwtSessionContext: applyRequestContext,
    applyRpcRequestGucs: applyRpcContext,
  });
}
