import { userClient } from "../db/clients.ts";
import { env } from "../env.ts";
import type { Actor } from "./actor.ts";
import type { CallerContext } from "./caller_context.ts";
import { verifyUserToken } from "./user_token.ts";

/**
 * The signed-in user whose token this is, who may do everything that is theirs.
 *
 * @throws {Problem} `invalid_token`; `not_configured` if there is no key to verify with.
 */
export async function tokenActor(c: CallerContext, token: string): Promise<Actor> {
  const { sub } = await verifyUserToken(token, env());
  c.set("tenantId", sub);
  return { userId: sub, via: "jwt", scopes: ["*"], db: userClient(token, c.get("requestId")) };
}
