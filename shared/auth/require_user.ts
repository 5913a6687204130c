import type { MiddlewareHandler } from "hono";
import { userClient } from "../db/clients.ts";
import { env } from "../env.ts";
import { Problem } from "../http/problem.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Actor } from "./actor.ts";
import { bearerToken } from "./bearer.ts";
import { grants, type Scope } from "./scopes.ts";
import { verifyUserToken } from "./user_token.ts";

/** Handlers behind {@linkcode requireUser} find their caller in `c.get("actor")`. */
export interface UserEnv {
  Variables: AppEnv["Variables"] & { actor: Actor };
}

/**
 * Lets signed-in users pass who hold the scope, and makes them the request's actor and tenant.
 *
 * Routes name it through `operation(name, { user: scope })`.
 */
export function requireUser(scope: Scope): MiddlewareHandler<UserEnv> {
  return async (c, next) => {
    const actor = await authenticate(c.req.header("authorization"));
    c.set("tenantId", actor.userId);
    if (!grants(actor.scopes, scope)) {
      throw new Problem("insufficient_scope", `The scope ${scope} is needed`);
    }
    c.set("actor", actor);
    await next();
  };
}

async function authenticate(authorization: string | undefined): Promise<Actor> {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw new Problem("unauthenticated", "Send Authorization: Bearer with a user's access token", {
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const { sub } = await verifyUserToken(token, env());
  return { userId: sub, via: "jwt", scopes: ["*"], db: userClient(token) };
}
