import type { Context, MiddlewareHandler } from "hono";
import { verifyApiKey } from "../api_keys/verify.ts";
import type { AppEnv } from "../http/app_env.ts";
import { Problem } from "../http/problem.ts";
import type { Actor } from "./actor.ts";
import { credentialsOf } from "./credentials.ts";
import { type Judge, type KeyActor, keyActor } from "./key_actor.ts";
import { grants, type Scope } from "./scopes.ts";
import { tokenActor } from "./token_actor.ts";

/** Handlers behind {@linkcode requireUser} find their caller in `c.get("actor")`. */
export interface UserEnv {
  Variables: AppEnv["Variables"] & { actor: Actor };
}

/**
 * Lets signed-in users and programs pass who hold the scope, and makes them the request's actor and
 * tenant. Whatever becomes of a program's request, its reply tells the state of its key's limits.
 *
 * Routes name it through `operation(name, { user: scope })`.
 *
 * @param judge how a program's key is judged; it is counted unless said otherwise.
 */
export function requireUser(
  scope: Scope,
  judge: Judge = verifyApiKey,
): MiddlewareHandler<UserEnv> {
  return async (c, next) => {
    const { actor, headers } = await authenticate(c, scope, judge);
    if (!grants(actor.scopes, scope)) {
      throw new Problem("insufficient_scope", `The scope ${scope} is needed`);
    }
    c.set("actor", actor);
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

async function authenticate(c: Context<AppEnv>, scope: Scope, judge: Judge): Promise<KeyActor> {
  const credentials = credentialsOf(c.req.raw.headers);
  switch (credentials?.kind) {
    case "api_key":
      return await keyActor(c, credentials.key, scope, judge);
    case "user_token":
      return { actor: await tokenActor(c, credentials.token), headers: {} };
    default:
      throw new Problem(
        "unauthenticated",
        "Send Authorization: Bearer with a user's access token or an API key",
        { headers: { "www-authenticate": "Bearer" } },
      );
  }
}
