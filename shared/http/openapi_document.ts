import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { LazyRoutes } from "./lazy_routes.ts";
import { addProblems } from "./openapi_problems.ts";
import { problemDocument } from "./problem_schema.ts";
import { SECURITY_SCHEMES } from "./security_schemes.ts";

/** The version of the HTTP interface; see CHANGELOG.md. */
const API_VERSION = "0.1.0";

/**
 * The OpenAPI 3.1 document of a function, without its servers.
 *
 * @param app the function's, by whose operations it is told how each may fail.
 */
export async function openApiDocument(
  app: Pick<Hono, "routes">,
  name: string,
  routes: readonly LazyRoutes[],
) {
  const described = new OpenAPIHono<AppEnv>().basePath(`/${name}`);
  described.openAPIRegistry.register("Problem", problemDocument);
  for (const [scheme, description] of Object.entries(SECURITY_SCHEMES)) {
    described.openAPIRegistry.registerComponent("securitySchemes", scheme, description);
  }
  for (const addRoutes of await Promise.all(routes.map(({ load }) => load()))) addRoutes(described);
  const document = described.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: `Switchboard ${name}`, version: API_VERSION, license: { name: "MIT" } },
  });
  return addProblems(document, app);
}
