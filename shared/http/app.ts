import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { accessLog } from "./access_log.ts";
import type { AppEnv } from "./app_env.ts";
import { limitBody } from "./body_limit.ts";
import { allowOrigins } from "./cors.ts";
import { errorHook } from "./error_hook.ts";
import { addLazily, type LazyRoutes } from "./lazy_routes.ts";
import { serveOpenApi } from "./openapi.ts";
import { Problem } from "./problem.ts";
import { problemResponse } from "./problem_response.ts";
import { requireEnvironment } from "./require_environment.ts";
import { requestId } from "./request_id.ts";

/**
 * Makes the app of one edge function: everything that its routes have in common is set here, once.
 *
 * The platform calls a function under its own name, so the app's paths begin with it. A module of
 * routes adds them with `app.openapi(createRoute({...operations.verify, …}), handler)`; handlers throw
 * {@linkcode Problem}s and return what succeeds.
 *
 * @param name the function's name, as its folder and its path: `ivr`.
 * @param routes what it answers. Of two that a request fits, the first takes it.
 *
 * @example
 * ```ts
 * const app = createApp("health");
 * const response = await app.request("/health/openapi.json");
 * ```
 */
export function createApp(name: string, routes: readonly LazyRoutes[] = []): Hono<AppEnv> {
  const root = new Hono<AppEnv>();
  root.use(requestId, accessLog(name), requireEnvironment);
  root.onError(errorHook);

  const app = root.basePath(`/${name}`);
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) =>
      problemResponse(
        c,
        new Problem("method_not_allowed", undefined, {
          headers: { allow: methods.join(", ") },
        }),
      ),
  }));
  app.use(allowOrigins, limitBody);
  app.notFound((c) => problemResponse(c, new Problem("not_found", "No such route")));
  serveOpenApi(app, name, routes);
  for (const part of routes) addLazily(app, part);
  return app;
}
