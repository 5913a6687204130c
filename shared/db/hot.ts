import type { z } from "zod";
import { env, type Environment } from "../env.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { DirectDatabase } from "./direct.ts";
import { type DatabaseResult, unwrap } from "./errors.ts";
import { Together } from "./together.ts";

/**
 * The functions that a caller waits for, each one round trip. Each is in `public` for the Data API
 * and, under the same name, in `private` for the role that signs in with `SWITCHBOARD_DB_URL`.
 */
export const HOT_FUNCTIONS = [
  "verify_api_key",
  "verify_api_keys",
  "limit_requests",
  "ivr_load_connection",
  "ivr_load_turn",
  "ivr_start_session",
  "ivr_commit_turn",
  "ivr_commit_known_turn",
  "ivr_commit_known_turns",
  "ivr_settle_callout",
  "ivr_record_status",
  "claim_webhook_deliveries",
  "complete_webhook_deliveries",
] as const;

/** One of {@linkcode HOT_FUNCTIONS}. */
export type HotFunction = typeof HOT_FUNCTIONS[number];

/** Arguments under the names of the SQL parameters: scalars, and objects or arrays for `jsonb`. */
export type HotArguments = Readonly<Record<string, string | number | boolean | object | null>>;

/** Those that are asked so often at once that they are asked together, and what answers them. */
const FOR_SEVERAL: Partial<Record<HotFunction, HotFunction>> = {
  verify_api_key: "verify_api_keys",
  ivr_commit_known_turn: "ivr_commit_known_turns",
};

const together = new Map(
  HOT_FUNCTIONS.flatMap((name) => {
    const forSeveral = FOR_SEVERAL[name];
    return forSeveral === undefined ? [] : [[
      name,
      new Together<HotArguments>({
        one: (args) => ask(name, args),
        several: (calls) => ask(forSeveral, { p_calls: calls }),
      }),
    ]];
  }),
);

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
  const asked = together.get(name)?.call(args) ?? ask(name, args);
  return unwrap(await asked, schema);
}

/**
 * Straight to Postgres where `SWITCHBOARD_DB_URL` is set, else through the Data API. This is the one
 * place that decides.
 */
async function ask(name: HotFunction, args: HotArguments): Promise<DatabaseResult> {
  const direct = directDatabase(env());
  if (direct !== undefined) return await direct.call(name, args);
  // Loaded where it is used: with SWITCHBOARD_DB_URL a call is taken without it.
  const { adminClient } = await import("./clients.ts");
  const database = adminClient("the caller is found out by this call, or is no user");
  return await database.rpc(name, args);
}

let current: { readonly of: Environment; readonly database: DirectDatabase } | undefined;

/** The connections of this environment; those of the one before are closed. */
function directDatabase(environment: Environment): DirectDatabase | undefined {
  const { hotDatabase: address, hotDatabaseCa: ca } = environment;
  if (current !== undefined && current.of !== environment) void closeHotConnections();
  if (address === undefined) return undefined;
  current ??= {
    of: environment,
    database: new DirectDatabase(address, { deadlineMs: DEADLINE_MS, ca }),
  };
  return current.database;
}

/** Closes the connections that {@linkcode hotCall} opened; the next call opens others. */
export async function closeHotConnections(): Promise<void> {
  const open = current;
  current = undefined;
  await open?.database[Symbol.asyncDispose]();
}
