import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, Handler, Hono, MiddlewareHandler } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { PlacedOperation } from "./operation.ts";

/** Adds routes: what they take, what they give, and who answers. */
export type AddRoutes = (app: OpenAPIHono<AppEnv>) => void;

/** Operations whose routes are loaded when the first of them is called. */
export interface LazyRoutes {
  readonly operations: readonly PlacedOperation[];
  readonly load: () => Promise<AddRoutes>;
}

/**
 * Leaves a module of routes unloaded until one of its operations is called: schemas and what stands
 * behind them are most of what a function would have to load before its first answer.
 *
 * @param operations all that the module has; their guards and limits are known without it.
 * @param load imports it.
 */
export function lazily(
  operations: readonly PlacedOperation[],
  load: () => Promise<AddRoutes>,
): LazyRoutes {
  return { operations, load };
}

/**
 * Adds operations to an app. Each asks who calls before anything is loaded for the caller.
 *
 * What cannot be loaded answers `internal_error`, and is tried again with the next request.
 */
export function addLazily<App extends Pick<Hono<AppEnv>, "on">>(
  app: App,
  routes: LazyRoutes,
): void {
  let loading: Promise<Answers> | undefined;
  const answers = () =>
    loading ??= answersOf(routes).catch((error) => {
      loading = undefined;
      throw error;
    });
  for (const { method, path, middleware: [guard] } of routes.operations) {
    app.on(method, routingPath(path), guard, async (c) => {
      await inTurn((await answers()).get(guard) ?? [], c);
    });
  }
}

/** What follows an operation's guard: the checks of its schemas, and the handler. */
type Answers = ReadonlyMap<unknown, readonly (Handler | MiddlewareHandler)[]>;

/** @throws {Error} where a module has other routes than it was said to have: one would have no guard. */
async function answersOf({ operations, load }: LazyRoutes): Promise<Answers> {
  const [{ newRoutes }, addRoutes] = await Promise.all([import("./new_routes.ts"), load()]);
  const loaded = newRoutes();
  addRoutes(loaded);
  const answers = new Map(
    [...Map.groupBy(loaded.routes, ({ method, path }) => `${method} ${path}`).values()]
      .map((handlers) => handlers.map(({ handler }) => handler))
      .map(([guard, ...rest]) => [guard, rest] as const),
  );
  const guards = operations.map(({ middleware: [guard] }) => guard);
  if (answers.size !== guards.length || !guards.every((guard) => answers.has(guard))) {
    throw new Error(
      `Other routes were loaded than ${operations.map(({ path }) => path).join(", ")}`,
    );
  }
  return answers;
}

/** As Hono itself runs the handlers of a route, after those that have run. */
async function inTurn(
  [handler, ...rest]: readonly (Handler | MiddlewareHandler)[],
  c: Context<AppEnv>,
): Promise<void> {
  const response = await handler?.(c, () => inTurn(rest, c));
  if (response) c.res = response;
}

/** A path as Hono has it: `/menus/:id`. */
function routingPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
