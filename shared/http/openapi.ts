import type { Hono, Schema } from "hono";
import { env } from "../env.ts";
import type { AppEnv } from "./app_env.ts";
import type { LazyRoutes } from "./lazy_routes.ts";
import { operation } from "./operation.ts";

/**
 * Serves the function's OpenAPI 3.1 document at `/<name>/openapi.json`, made from the schemas of its
 * routes on the first request for it.
 */
export function serveOpenApi<Routes extends Schema, Base extends string>(
  app: Hono<AppEnv, Routes, Base>,
  name: string,
  routes: readonly LazyRoutes[],
): void {
  // Whoever reads the document has found it, so it does not describe this route.
  const { middleware: [guard] } = operation(`${name}.openapi`, "public");
  let made: object | undefined;
  app.get("/openapi.json", guard, async (c) => {
    const { openApiDocument } = await import("./openapi_document.ts");
    made ??= await openApiDocument(app, name, routes);
    return c.json({ ...made, servers: [{ url: env().publicUrl }] }, 200);
  });
}
