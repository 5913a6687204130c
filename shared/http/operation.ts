import type { Context, Hono, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { RequestLimit } from "../auth/request_limit.ts";
import { requireUser, type UserEnv } from "../auth/require_user.ts";
import type { Scope } from "../auth/scopes.ts";
import type { AppEnv } from "./app_env.ts";
import type { ProblemCode } from "./codes.ts";
import type { SecurityScheme } from "./security_schemes.ts";

/**
 * Who may call an operation: anyone; a phone provider, whose signature the route itself checks with
 * the connection's secret; Retell, whose signature it checks with the account's key; a secret scanner that signs its reports; a scheduled job; the operator; a
 * signed-in user or a program with a scope; or either of the last two, who then act as themselves.
 */
export type Caller = ServiceCaller | UserCaller | UserOrOperatorCaller;

/** The callers that are no user. */
export type ServiceCaller = "public" | "provider" | "retell" | "scanner" | "cron" | "operator";

/** Signed-in users and programs whose token or key holds the scope. */
export interface UserCaller {
  readonly user: Scope;
}

/** The same and the operator. */
export interface UserOrOperatorCaller {
  readonly userOrOperator: Scope;
}

/** The scope that a user or a program needs to be this caller, or undefined where none is one. */
export function scopeOf(caller: Caller): Scope | undefined {
  if (typeof caller === "string") return undefined;
  return "user" in caller ? caller.user : caller.userOrOperator;
}

/** What a route is called, who may call it, and what else is said of it outside its schemas. */
export interface Operation extends OperationOptions {
  /** Dotted, the same in logs and audit: `ivr.turn`. */
  readonly name: string;
  readonly caller: Caller;
}

/** What an operation may say beside its name and caller. */
export interface OperationOptions {
  /**
   * The limit on requests of users and programs that stands in the place of the usual one. Programs,
   * whose keys have limits of their own, are held to none unless it is named here.
   */
  readonly limit?: RequestLimit;
  /** How large the body may be, in bytes, if not as large as everywhere. */
  readonly bodyLimit?: number;
  /** How the operation itself may fail, for its documentation. */
  readonly problems?: readonly ProblemCode[];
}

/** The part of a route definition that {@linkcode operation} provides. */
export interface OperationRoute<Env extends AppEnv> {
  operationId: string;
  security: Record<string, string[]>[];
  middleware: [MiddlewareHandler<Env>];
}

/** An operation where it is called. */
export interface PlacedOperation {
  readonly method: Method;
  /** Below the function's name, parameters in braces: `/menus/{id}`. */
  readonly path: string;
  /** What asks who calls, and by its identity stands for the operation. */
  readonly middleware: readonly [MiddlewareHandler];
}

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A route as {@linkcode listRoutes} finds it. */
export interface ListedRoute {
  readonly method: string;
  /** With the function's base path and Hono's parameters: `/ivr/menus/:id`. */
  readonly path: string;
  /** Undefined where a route was added without {@linkcode operation}; a test forbids that. */
  readonly operation: Operation | undefined;
}

/** The operation behind each guard: how a matched or a listed route is traced to it. */
const operations = new WeakMap<object, Operation>();

/** How each caller is identified, for the documentation; anyone needs nothing. */
const SCHEMES: Readonly<Record<ServiceCaller, readonly SecurityScheme[]>> = {
  public: [],
  provider: ["providerSignature"],
  retell: ["retellSignature"],
  scanner: ["scannerSignature"],
  cron: ["cronKey"],
  operator: ["operatorKey"],
};

const pass: MiddlewareHandler = (_, next) => next();

const GUARDS: Readonly<Record<ServiceCaller, MiddlewareHandler>> = {
  public: pass,
  provider: pass,
  retell: pass,
  // Each is loaded for the first caller: a function begins without what few of its routes ask for.
  scanner: async (c, next) => (await import("../auth/require_scanner.ts")).requireScanner(c, next),
  cron: async (c, next) => (await import("../auth/service_key.ts")).requireCron(c, next),
  operator: async (c, next) => (await import("../auth/service_key.ts")).requireOperator(c, next),
};

/**
 * Names a route's operation and who may call it. Spread into `createRoute`: naming the caller is
 * what puts the check in front of the route, so neither can be had without the other.
 *
 * @example
 * ```ts
 * const publish = createRoute({
 *   ...operation("ivr_menus.publish", { user: "ivr:write" }, { problems: ["invalid_menu"] }),
 *   method: "post",
 *   path: "/menus/{id}/publish",
 *   responses: { 204: { description: "Published" } },
 * });
 * ```
 */
export function operation(
  name: string,
  caller: UserCaller,
  options?: OperationOptions,
): OperationRoute<UserEnv>;
export function operation(
  name: string,
  caller: ServiceCaller | UserOrOperatorCaller,
  options?: OperationOptions,
): OperationRoute<AppEnv>;
export function operation(
  name: string,
  caller: Caller,
  options: OperationOptions = {},
): OperationRoute<UserEnv> | OperationRoute<AppEnv> {
  const subject = { ...options, name, caller };
  if (typeof caller === "string") {
    return {
      operationId: name,
      security: securityOf(SCHEMES[caller]),
      middleware: [guard(subject, GUARDS[caller])],
    };
  }
  if ("user" in caller) {
    return {
      operationId: name,
      security: securityOf(["userToken", "apiKey"]),
      middleware: [guard(subject, requireUser(caller.user, options.limit))],
    };
  }
  return {
    operationId: name,
    security: securityOf(["userToken", "apiKey", "operatorKey"]),
    middleware: [guard(subject, userOrOperator(caller.userOrOperator, options.limit))],
  };
}

function userOrOperator(scope: Scope, limit?: RequestLimit): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { requireUserOrOperator } = await import("../auth/require_user_or_operator.ts");
    return await requireUserOrOperator(scope, limit)(c, next);
  };
}

/** Says where an operation is called; a route is made of it, and it can be added lazily. */
export function at<M extends Method, Path extends string, Route>(
  method: M,
  path: Path,
  route: Route,
): Route & { method: M; path: Path } {
  return { ...route, method, path };
}

/** The operation that a request was routed to, known before any of its middleware has run. */
export function operationOf(c: Context): Operation | undefined {
  return firstOperation(matchedRoutes(c));
}

/** Every route of an app with its operation, without the middleware of all routes. */
export function listRoutes<Env extends AppEnv>(app: Pick<Hono<Env>, "routes">): ListedRoute[] {
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  const handlersOf = Map.groupBy(routes, ({ method, path }) => `${method} ${path}`);
  return [...handlersOf].map(([route, handlers]) => {
    const [method = "", path = ""] = route.split(" ");
    return { method, path, operation: firstOperation(handlers) };
  });
}

function securityOf(schemes: readonly SecurityScheme[]): Record<string, string[]>[] {
  return schemes.map((scheme) => ({ [scheme]: [] }));
}

function guard<Env extends AppEnv>(
  subject: Operation,
  check: MiddlewareHandler<Env>,
): MiddlewareHandler<Env> {
  // A function of its own for each operation, because the function is the operation's identity.
  const guarding: MiddlewareHandler<Env> = (c, next) => check(c, next);
  operations.set(guarding, subject);
  return guarding;
}

function firstOperation(handlers: readonly { readonly handler: object }[]): Operation | undefined {
  return handlers.map(({ handler }) => operations.get(handler)).find((found) =>
    found !== undefined
  );
}
