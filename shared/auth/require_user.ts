import type { MiddlewareHandler } from "hono";
import { verifyApiKey } from "../api_keys/verify.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Actor } from "./actor.ts";
import { admitUser } from "./admit_user.ts";
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
  const rules = { scope, judge: verifyApiKey, users: limit ?? "requests", programs: limit };
  return (c, next) => admitUser(c, next, rules);
}
