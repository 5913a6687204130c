import type { z } from "zod";
import { adminClient } from "./clients.ts";
import { unwrap } from "./errors.ts";

/** The functions that are called on a caller's time; each is one round trip. */
export type HotFunction =
  | "verify_api_key"
  | "ivr_load_connection"
  | "ivr_load_turn"
  | "ivr_start_session"
  | "ivr_commit_turn"
  | "ivr_record_status";

/** Arguments by the names of the SQL parameters: scalars, and objects for `jsonb`. */
export type HotArguments = Readonly<Record<string, string | number | boolean | object | null>>;

/**
 * Calls a function of the hot path.
 *
 * @throws {Problem} the problem of a failed call.
 */
export async function hotCall<Schema extends z.ZodType>(
  name: HotFunction,
  args: HotArguments,
  schema: Schema,
): Promise<z.output<Schema>> {
  const database = adminClient("the hot functions serve callers who are no user yet");
  return unwrap(await database.rpc(name, args), schema);
}
