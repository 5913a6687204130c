import assert from "node:assert/strict";
import { OpenAPIHono } from "@hono/zod-openapi";
import { createApp } from "#shared/http/app.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { listRoutes, operation } from "#shared/http/operation.ts";
import { createSampleApp } from "#tests/support/sample_app.ts";

Deno.test("listRoutes finds every route of a function with its operation and caller", () => {
  const listed = listRoutes(createSampleApp()).map(({ method, path, operation }) =>
    [method, path, operation?.name, operation?.caller] as const
  );
  assert.deepEqual(listed, [
    ["GET", "/sample/openapi.json", "sample.openapi", "public"],
    ["POST", "/sample/things/:id", "sample.save", { user: "ivr:write" }],
    ["POST", "/sample/try", "sample.try", { user: "ivr:write" }],
    ["POST", "/sample/echo", "sample.echo", "provider"],
    ["POST", "/sample/tick", "sample.tick", "cron"],
    ["PUT", "/sample/settle", "sample.settle", "operator"],
    ["GET", "/sample/fail", "sample.fail", "public"],
  ]);
});

Deno.test("listRoutes shows a route that names no operation", () => {
  const app = createApp("bare");
  app.get("/hidden", (c) => c.text("anyone may see this"));
  const hidden = listRoutes(app).filter(({ operation }) => operation === undefined);
  assert.deepEqual(hidden, [{ method: "GET", path: "/bare/hidden", operation: undefined }]);
});

Deno.test("listRoutes finds the routes of a nested router", () => {
  const nested = new OpenAPIHono<AppEnv>();
  nested.openapi({
    ...operation("nested.list", { user: "ivr:read" }),
    method: "get",
    path: "/{id}",
    responses: { 204: { description: "Nothing" } },
  }, (c) => c.body(null, 204));
  const app = createApp("outer");
  app.route("/inner", nested);
  const found = listRoutes(app).find(({ path }) => path === "/outer/inner/:id");
  assert.equal(found?.operation?.name, "nested.list");
});
