import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Schema } from "hono";
import { env } from "../env.ts";
import type { AppEnv } from "./app_env.ts";
import { addProblems } from "./openapi_problems.ts";
import { operation } from "./operation.ts";
import { problemDocument } from "./problem_document.ts";
import { SECURITY_SCHEMES } from "./security_schemes.ts";

/** The version of the HTTP interface; see CHANGELOG.md. */
const API_VERSION = "0.1.0";

/**
 * Serves the function's OpenAPI 3.1 document at `/<name>/openapi.json`, made from the schemas of its
 * routes on the first request for it.
 */
export function serveOpenApi<Routes extends Schema, Base extends string>(
  app: OpenAPIHono<AppEnv, Routes, Base>,
  name: string,
): void {
  app.openAPIRegistry.register("Problem", problemDocument);
  for (const [scheme, description] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent("securitySchemes", scheme, description);
  }
  const route = createRoute({
    ...operation(`${name}.openapi`, "public"),
    method: "get",
    path: "/openapi.json",
    // Whoever reads the document has found it.
    hide: true,
    responses: { 200: { description: "The OpenAPI 3.1 document of this function" } },
  });
  let made: ReturnType<typeof app.getOpenAPI31Document> | undefined;
  app.openapi(route, (c) => {
    made ??= addProblems(
      app.getOpenAPI31Document({
        openapi: "3.1.0",
        info: { title: `Switchboard ${name}`, version: API_VERSION, license: { name: "MIT" } },
      }),
      app,
    );
    return c.json({ ...made, servers: [{ url: env().publicUrl }] }, 200);
  });
}
