import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "zod";
import { type Once, readOnce, requestHash } from "../http/idempotency.ts";
import { unwrap } from "./errors.ts";

/** A function of the database that has a twin of the form `…_once`, and what it is called with. */
export interface OnceCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What the caller sent as `Idempotency-Key`; without it the work is done every time. */
  readonly idempotencyKey: string | undefined;
  /** What was asked for, by which a repeat is known from another request. */
  readonly request: unknown;
}

/**
 * Calls a function of the database at most once for one `Idempotency-Key`.
 *
 * @param response the shape of what the function answers with.
 * @throws {Problem} the problem of a failed call, `idempotency_key_reused`, `request_in_progress`.
 */
export async function callOnce<Schema extends z.ZodType>(
  db: SupabaseClient,
  { name, args, idempotencyKey, request }: OnceCall,
  response: Schema,
): Promise<Once<z.output<Schema>>> {
  if (idempotencyKey === undefined) {
    return { response: unwrap(await db.rpc(name, args), response), replayed: false };
  }
  const answer = await db.rpc(`${name}_once`, {
    ...args,
    p_idempotency_key: idempotencyKey,
    p_request_hash: requestHash(request),
  });
  return readOnce(unwrap(answer), response);
}
