import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { env } from "../env.ts";
import { log } from "../log.ts";
import { DEADLINE_MS } from "./deadline.ts";

/** The options of every client: stateless, one attempt, under a deadline. */
const OPTIONS = {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  // A retried read would outlast the caller (four attempts take seven seconds).
  db: { retry: false },
  global: { fetch: fetchWithDeadline },
};

let admin:
  | { readonly key: string; readonly url: string; readonly client: SupabaseClient }
  | undefined;

/**
 * The client that row level security does not hold, for callers who are no user: providers, cron,
 * key verification, the operator.
 *
 * @param reason why no user's client will do; it goes to the debug log.
 */
export function adminClient(reason: string): SupabaseClient {
  const { supabaseUrl: url, secretKey: key } = env();
  if (admin?.key !== key || admin.url !== url) {
    admin = { key, url, client: createClient(url, key, OPTIONS) };
  }
  log.debug("admin client used", { reason });
  return admin.client;
}

/** How long one request of a job may take, in milliseconds: less than its lease, more than its statement. */
const PATIENCE_MS = 45_000;

/**
 * The client of jobs, for whose requests nobody waits; else as {@linkcode adminClient}.
 *
 * @param reason as there.
 */
export function patientClient(reason: string): SupabaseClient {
  const { supabaseUrl, secretKey } = env();
  log.debug("patient client used", { reason });
  return createClient(supabaseUrl, secretKey, {
    ...OPTIONS,
    global: {
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }),
    },
  });
}

/**
 * Storage past every policy, for transfers that take longer than a query.
 *
 * @param reason as for {@linkcode adminClient}.
 * @param signal what ends them.
 */
export function adminStorage(reason: string, signal: AbortSignal): SupabaseClient["storage"] {
  const { supabaseUrl, secretKey } = env();
  log.debug("admin storage used", { reason });
  return createClient(supabaseUrl, secretKey, {
    ...OPTIONS,
    global: { fetch: (input, init) => fetch(input, { ...init, signal }) },
  }).storage;
}

/**
 * The client of one signed-in user: everything it does passes row level security as that user.
 *
 * @param requestId the request that it is for, which the audit trail names.
 */
export function userClient(token: string, requestId: string): SupabaseClient {
  const { supabaseUrl, publishableKey } = env();
  return createClient(supabaseUrl, publishableKey, {
    ...OPTIONS,
    global: { ...OPTIONS.global, headers: { "x-request-id": requestId } },
    accessToken: () => Promise.resolve(token),
  });
}

function fetchWithDeadline(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const signal = init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  return fetch(input, { ...init, signal });
}
