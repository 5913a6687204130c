import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import type { Actor } from "./actor.ts";
import { requireCredentials } from "./credentials.ts";
import type { RequestLimit } from "./request_limit.ts";
import type { Scope } from "./scopes.ts";

/** Handlers behind {@linkcode requireUser} find their caller in `c.get("actor")`. */
export interface UserEnv {
  Variables: AppEnv["Variables"] & { actor: Actor };
}

/**
 * Lets signed-in users and programs pass who hold the scope, and makes them the request's actor and
 * tenant. A program's use of its key is counted.
 *
 * Routes name it through `operation(name, { user: scope })`.
 *
 * @param limit on the requests of everyone; by default one on those of signed-in users alone.
 */
export function requireUser(scope: Scope, limit?: RequestLimit): MiddlewareHandler<UserEnv> {
  return async (c, next) => {
    const credentials = requireCredentials(c.req.raw.headers);
    // What judges them is loaded for the first who has any: a provider's call begins without it.
    const [{ admitUser }, { verifyApiKey: judge }] = await Promise.all([
      import("./admit_user.ts"),
      import("../api_keys/verify.ts"),
    ]);
    const users = limit ?? "requests";
    await admitUser(c, next, credentials, { scope, judge, users, programs: limit });
  };
}
