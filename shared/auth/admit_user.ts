import type { Next } from "hono";
import { Problem } from "../http/problem.ts";
import type { CallerContext } from "./caller_context.ts";
import type { Credentials } from "./credentials.ts";
import { type Judge, type KeyActor, keyActor } from "./key_actor.ts";
import { limitRequests, type RequestLimit } from "./request_limit.ts";
import { grants, type Scope } from "./scopes.ts";
import { tokenActor } from "./token_actor.ts";

/** Whom a route lets pass. */
export interface AdmissionRules {
  readonly scope: Scope;
  readonly judge: Judge;
  /** The limit on the requests of signed-in users. */
  readonly users: RequestLimit;
  /** A limit on those of programs, beside the limits of their keys. */
  readonly programs?: RequestLimit | undefined;
}

/**
 * Goes on with the request of a user or a program that holds the scope. Whatever becomes of a
 * program's request, its reply tells the state of its key's limits.
 *
 * @throws {Problem} why the caller may not go on.
 */
export async function admitUser(
  c: CallerContext,
  next: Next,
  credentials: Credentials,
  rules: AdmissionRules,
): Promise<void> {
  const { actor, headers } = await identify(c, credentials, rules);
  const { scope, users, programs } = rules;
  const limit = actor.via === "jwt" ? users : programs;
  if (limit !== undefined) {
    const request = { userId: actor.userId, headers: c.req.raw.headers };
    await limitRequests(limit, request, headers);
  }
  if (!grants(actor.scopes, scope)) {
    throw new Problem("insufficient_scope", `The scope ${scope} is needed`);
  }
  c.set("actor", actor);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  await next();
}

async function identify(
  c: CallerContext,
  credentials: Credentials,
  { scope, judge }: AdmissionRules,
): Promise<KeyActor> {
  return credentials.kind === "api_key"
    ? await keyActor(c, credentials.key, scope, judge)
    : { actor: await tokenActor(c, credentials.token), headers: {} };
}
