import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { requireCredentials } from "./credentials.ts";
import type { Judge } from "./key_actor.ts";
import type { RequestLimit } from "./request_limit.ts";
import type { Scope } from "./scopes.ts";
import { isOperator } from "./service_key.ts";

/**
 * Lets the operator pass, who is no user and leaves `c.get("actor")` unset, and otherwise whom
 * `requireUser` lets pass. A program's own key is judged and not counted: such a route is about
 * another one.
 *
 * Routes name it through `operation(name, { userOrOperator: scope })`.
 *
 * @param limit on the requests of users and programs. The operator, who serves all of them, has none.
 */
export function requireUserOrOperator(
  scope: Scope,
  limit: RequestLimit = "requests",
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isOperator(c)) return await next();
    const credentials = requireCredentials(c.req.raw.headers);
    const [{ admitUser }, { checkApiKey }] = await Promise.all([
      import("./admit_user.ts"),
      import("../api_keys/check.ts"),
    ]);
    const judge: Judge = (key, presented) => checkApiKey(key, presented, limit);
    await admitUser(c, next, credentials, { scope, judge, users: limit });
  };
}
