import { type Kysely, sql } from "kysely";
import { z } from "zod";

/** Who asks, as Lite hands it on. */
const requestContext = z.object({
  auth: z.object({
    uid: z.string().nullish(),
    role: z.string().optional(),
    jwt: z.record(z.string(), z.unknown()).nullish(),
  }).optional(),
});

/** The roles that a request may run as; the gateway has refused tokens with any other. */
const ROLES: ReadonlySet<string> = new Set(["anon", "authenticated", "service_role"]);

/**
 * Tells the transaction of a request who asks, as PostgREST does, in one statement where Lite takes
 * five: on PGlite that is most of what a request costs.
 *
 * @throws {Error} if the role is none of the API's.
 */
export async function applyRequestContext(
  // deno-lint-ignore no-explicit-any -- the type that Lite declares
  transaction: Kysely<any>,
  variables: unknown,
): Promise<void> {
  const { auth } = requestContext.parse(variables);
  const role = auth?.role ?? "anon";
  if (!ROLES.has(role)) throw new Error("A request asked for a role that the API does not have");
  const claims = JSON.stringify({ ...auth?.jwt, role });
  await sql`select set_config('role', ${role}, true),
    set_config('request.jwt.claim.sub', ${auth?.uid ?? ""}, true),
    set_config('request.jwt.claim.role', ${role}, true),
    set_config('request.jwt.claims', ${claims}, true)`.execute(transaction);
}

const rpcContext = z.object({
  method: z.string(),
  path: z.string(),
  requestHeaders: z.record(z.string(), z.string()).optional(),
});

/** What a function may ask about its request, likewise in one statement. */
export async function applyRpcContext(
  // deno-lint-ignore no-explicit-any -- the type that Lite declares
  transaction: Kysely<any>,
  rpc: unknown,
): Promise<void> {
  const { method, path, requestHeaders = {} } = rpcContext.parse(rpc);
  await sql`select set_config('response.status', '', true),
    set_config('response.headers', '', true),
    set_config('request.method', ${method}, true),
    set_config('request.path', ${path}, true),
    set_config('request.headers', ${JSON.stringify(requestHeaders)}, true)`.execute(transaction);
}
