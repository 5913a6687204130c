import assert from "node:assert/strict";
import { type ProblemCode, PROBLEMS } from "#shared/http/codes.ts";
import { problemDocument } from "#shared/http/problem_schema.ts";
import { CRON_KEY, OPERATOR_KEY } from "./environment.ts";
import { forgeToken, signUserToken, userClaims } from "./user_token.ts";

/** A route to be attacked. The app must run in the test environment. */
export interface RouteUnderTest {
  readonly app: { request(path: string, init: RequestInit): Response | Promise<Response> };
  readonly method: string;
  /** With every parameter filled in. */
  readonly path: string;
  /** A body that the route would accept, so that nothing but the credentials can be refused. */
  readonly json?: unknown;
}

interface AuthCase {
  readonly name: string;
  readonly headers: () => Promise<Record<string, string>>;
  readonly code: ProblemCode;
}

const HOUR_S = 3600;
const nowS = () => Math.floor(Date.now() / 1000);

function noCredentials(name: string, headers: Record<string, string>): AuthCase {
  return {
    name,
    headers: () => Promise.resolve(headers),
    code: "unauthenticated",
  };
}

function notConfigured(name: string, headers: Record<string, string>): AuthCase {
  return { name, headers: () => Promise.resolve(headers), code: "not_configured" };
}

function badToken(name: string, token: () => string | Promise<string>): AuthCase {
  return {
    name,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
    code: "invalid_token",
  };
}

const USER_CASES: readonly AuthCase[] = [
  noCredentials("no credentials", {}),
  noCredentials("an empty bearer token", { authorization: "Bearer " }),
  noCredentials("another scheme", { authorization: "Basic dXNlcjpwYXNzd29yZA==" }),
  noCredentials("an empty API key", { "x-api-key": "" }),
  noCredentials("the schedules' key alone", { apikey: CRON_KEY }),
  badToken("the operator's key as a token", () => OPERATOR_KEY),
  badToken("a token of noise", () => "not.a.token"),
  badToken(
    "a token without a signature (alg none)",
    () => forgeToken({ alg: "none" }, userClaims()),
  ),
  badToken("a token signed with another secret", () => signUserToken({}, "x".repeat(40))),
  badToken("a token whose claims were exchanged", async () => {
    const [header, , signature] = (await signUserToken()).split(".");
    const other = forgeToken({}, userClaims({ sub: crypto.randomUUID() })).split(".")[1];
    return `${header}.${other}.${signature}`;
  }),
  badToken("an expired token", () => signUserToken({ exp: nowS() - HOUR_S })),
  badToken("a token that never expires", () => signUserToken({ exp: undefined })),
  badToken("a token that is not valid yet", () => signUserToken({ nbf: nowS() + HOUR_S })),
  badToken("a token for another audience", () => signUserToken({ aud: "another" })),
  badToken("a token without an audience", () => signUserToken({ aud: undefined })),
  badToken("an anon key", () => signUserToken({ role: "anon" })),
  badToken("a service key", () => signUserToken({ role: "service_role" })),
  badToken("a token for a database role", () => signUserToken({ role: "postgres" })),
  badToken("a token without a role", () => signUserToken({ role: undefined })),
  badToken("a token whose subject is no user id", () => signUserToken({ sub: "admin" })),
  badToken("a token without a subject", () => signUserToken({ sub: undefined })),
];

const NOT_FOR_OPERATORS: readonly AuthCase[] = [
  noCredentials("the operator's key alone", { apikey: OPERATOR_KEY }),
];

const NOT_FOR_OTHER_KEYS: readonly AuthCase[] = [
  noCredentials("another key in the place of the operator's", { apikey: `${OPERATOR_KEY}x` }),
];

const SCANNER_CASES: readonly AuthCase[] = [
  notConfigured("no signature", {}),
  notConfigured("a signature while no keys can be had", {
    "github-public-key-identifier": "k1",
    "github-public-key-signature": "AAAA",
  }),
  notConfigured("the operator's key", { apikey: OPERATOR_KEY }),
];

const KEY_CASES: readonly AuthCase[] = [
  noCredentials("no key", {}),
  noCredentials("an empty key", { apikey: "" }),
  noCredentials("the publishable key", { apikey: "sb_publishable_test" }),
  noCredentials("a key with one character more", { apikey: `${OPERATOR_KEY}x` }),
  noCredentials("a key with one character less", { apikey: OPERATOR_KEY.slice(0, -1) }),
  {
    name: "a signed-in user",
    headers: async () => ({ authorization: `Bearer ${await signUserToken()}` }),
    code: "unauthenticated",
  },
];

/**
 * Attacks a route for signed-in users with every kind of missing, forged, expired and misdirected
 * credentials. Each must be refused before the route does anything.
 *
 * @example
 * ```ts
 * Deno.test("POST /ivr/menus refuses strangers", (t) =>
 *   refusesStrangers(t, { app, method: "POST", path: "/ivr/menus", json: menu }));
 * ```
 */
export function refusesStrangers(t: Deno.TestContext, route: RouteUnderTest): Promise<void> {
  return refuses(t, route, [...USER_CASES, ...NOT_FOR_OPERATORS]);
}

/** Attacks a route that the operator may call as well, with the same but the operator's key. */
export function refusesAllButUsersAndOperator(
  t: Deno.TestContext,
  route: RouteUnderTest,
): Promise<void> {
  return refuses(t, route, [...USER_CASES, ...NOT_FOR_OTHER_KEYS]);
}

/** Attacks a route of secret scanners, which serves nobody in the test environment. */
export function refusesAllButScanners(t: Deno.TestContext, route: RouteUnderTest): Promise<void> {
  return refuses(t, route, SCANNER_CASES);
}

/** Attacks a route of the operator, which not even the schedules' key opens. */
export function refusesAllButOperator(t: Deno.TestContext, route: RouteUnderTest): Promise<void> {
  return refuses(t, route, [
    ...KEY_CASES,
    noCredentials("the schedules' key", { apikey: CRON_KEY }),
  ]);
}

/** Attacks a route of scheduled jobs, which not even the operator's key opens. */
export function refusesAllButCron(t: Deno.TestContext, route: RouteUnderTest): Promise<void> {
  return refuses(t, route, [
    ...KEY_CASES,
    noCredentials("the operator's key", { apikey: OPERATOR_KEY }),
  ]);
}

async function refuses(
  t: Deno.TestContext,
  { app, method, path, json }: RouteUnderTest,
  cases: readonly AuthCase[],
): Promise<void> {
  for (const { name, headers, code } of cases) {
    await t.step(name, async () => {
      const response = await app.request(path, {
        method,
        headers: { ...await headers(), "content-type": "application/json" },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const document = problemDocument.parse(await response.json());
      const { status } = PROBLEMS[code];
      assert.deepEqual([response.status, document.code], [status, code]);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    });
  }
}
