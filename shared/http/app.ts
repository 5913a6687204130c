import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { accessLog } from "./access_log.ts";
import type { AppEnv } from "./app_env.ts";
import { limitBody } from "./body_limit.ts";
import { allowOrigins } from "./cors.ts";
import { errorHook } from "./error_hook.ts";
import { serveOpenApi } from "./openapi.ts";
import { Problem } from "./problem.ts";
import { problemResponse } from "./problem_response.ts";
import { requireEnvironment } from "./require_environment.ts";
import { requestId } from "./request_id.ts";
import { validationHook } from "./validation.ts";

/**
 * Makes the app of one edge function: everything that its routes have in common is set here, once.
 *
 * The platform calls a function under its own name, so the app's paths begin with it. Routes are
 * added with `app.openapi(createRoute({...operation(…), …}), handler)`; handlers throw
 * {@linkcode Problem}s and return what succeeds.
 *
 * @param name the function's name, as its folder and its path: `ivr`.
 *
 * @example
 * ```ts
 * const app = createApp("health");
 * const response = await app.request("/health/openapi.json");
 * ```
 */
export function createApp(name: string): OpenAPIHono<AppEnv> {
  const root = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
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
  serveOpenApi(app, name);
  return app;
}
