import assert from "node:assert/strict";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { setEnvironment } from "#shared/env.ts";
import { createApp } from "#shared/http/app.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { type AddRoutes, lazily } from "#shared/http/lazy_routes.ts";
import { at, operation } from "#shared/http/operation.ts";
import { OPERATOR_KEY, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";

const OPERATIONS = {
  fixed: at("get", "/things/first", operation("things.first", "operator")),
  get: at("get", "/things/{id}", operation("things.get", "operator")),
};

const responses = { 200: { description: "What was asked for" } };

const first = createRoute({ ...OPERATIONS.fixed, responses });

const get = createRoute({
  ...OPERATIONS.get,
  request: {
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.object({ times: z.coerce.number().default(1) }),
  },
  responses,
});

function addThings(app: OpenAPIHono<AppEnv>): void {
  app.openapi(first, (c) => c.text("first"));
  app.openapi(get, (c) => c.text(c.req.valid("param").id.repeat(c.req.valid("query").times)));
}

/** An app of the things, whose module is loaded as a test says; it counts the loads. */
function appOf(load: (times: number) => Promise<AddRoutes>) {
  let loads = 0;
  const app = createApp("lazy", [
    lazily(Object.values(OPERATIONS), () => load(++loads)),
  ]);
  const ask = async (path: string, headers: HeadersInit = { apikey: OPERATOR_KEY }) => {
    const response = await app.request(`/lazy${path}`, { headers });
    const text = await response.text();
    return response.ok ? text : response.status;
  };
  return { app, ask, loads: () => loads };
}

const loadThings = () => Promise.resolve(addThings);

Deno.test("a module of routes is loaded once, for the first request of any of them", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { ask, loads } = appOf(loadThings);
  assert.equal(loads(), 0);
  const answers = await Promise.all([ask("/things/7?times=3"), ask("/things/first")]);
  assert.deepEqual(answers, ["777", "first"]);
  assert.equal(await ask("/things/8"), "8");
  assert.equal(loads(), 1);
});

Deno.test("a module is not loaded for whoever may not call, for other methods, or for no route", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { app, ask, loads } = appOf(loadThings);
  assert.equal(await ask("/things/7", {}), 401);
  assert.equal(await ask("/things/7", { apikey: "another" }), 401);
  assert.equal(await ask("/thing"), 404);
  const response = await app.request("/lazy/things/7", { method: "DELETE" });
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
  assert.equal(loads(), 0);
});

Deno.test("what the schemas of a loaded route refuse is answered as everywhere", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { ask } = appOf(loadThings);
  assert.equal(await ask("/things/x"), 404);
  assert.equal(await ask("/things/7?times=many"), 422);
});

Deno.test("a module that cannot be loaded is our failure, and is tried again", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { ask, loads } = appOf((times) =>
    times === 1 ? Promise.reject(new TypeError("Module not found")) : loadThings()
  );
  assert.equal(await ask("/things/7"), 500);
  assert.equal(await ask("/things/7"), "7");
  assert.equal(loads(), 2);
});

Deno.test("a module with other routes than were named answers none of them", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const strange = createRoute({ ...OPERATIONS.get, middleware: [], responses });
  const addStrange: AddRoutes = (app) => {
    app.openapi(first, (c) => c.text("first"));
    app.openapi(strange, (c) => c.text("anyone may see this"));
  };
  const addMore: AddRoutes = (app) => {
    addThings(app);
    app.openapi(createRoute({ method: "get", path: "/more", responses }), (c) => c.text("more"));
  };
  const addFewer: AddRoutes = (app) => void app.openapi(first, (c) => c.text("first"));
  for (const addRoutes of [addStrange, addMore, addFewer]) {
    const { ask } = appOf(() => Promise.resolve(addRoutes));
    assert.deepEqual([await ask("/things/first"), await ask("/things/7")], [500, 500]);
  }
});

Deno.test("a function's document describes what is behind its lazy routes", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { ask } = appOf(loadThings);
  const { paths } = JSON.parse(String(await ask("/openapi.json", {})));
  assert.deepEqual(Object.keys(paths), ["/lazy/things/first", "/lazy/things/{id}"]);
  assert.equal(paths["/lazy/things/{id}"].get.operationId, "things.get");
});
