import assert from "node:assert/strict";
import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { setEnvironment } from "#shared/env.ts";
import { type Caller, type ListedRoute, listRoutes } from "#shared/http/operation.ts";
import {
  refusesAllButCron,
  refusesAllButOperator,
  refusesStrangers,
} from "#tests/support/auth_cases.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

const appModule = z.object({ app: z.instanceof(OpenAPIHono) });
const indexModule = z.object({ default: z.object({ fetch: z.instanceof(Function) }) });

interface EdgeFunction {
  readonly name: string;
  readonly app: OpenAPIHono;
  readonly routes: readonly ListedRoute[];
}

/** Every function there is, found in its folder, so that a new one cannot be forgotten here. */
async function edgeFunctions(): Promise<EdgeFunction[]> {
  const found: EdgeFunction[] = [];
  for await (const { name, isDirectory } of Deno.readDir(FUNCTIONS)) {
    if (!isDirectory) continue;
    const { app } = appModule.parse(await import(new URL(`${name}/app.ts`, FUNCTIONS).href));
    found.push({ name, app, routes: listRoutes(app) });
  }
  return found;
}

const ALL = await edgeFunctions();

Deno.test("every function is served by its index.ts", async () => {
  for (const { name, app } of ALL) {
    const index = indexModule.parse(await import(new URL(`${name}/index.ts`, FUNCTIONS).href));
    assert.equal(index.default.fetch, app.fetch, name);
  }
});

Deno.test("every route of every function names its operation and who may call it", () => {
  for (const { name, routes } of ALL) {
    assert(routes.length > 1, `${name} has routes`);
    const unnamed = routes.filter(({ operation }) => operation === undefined)
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(unnamed, []);
  }
});

Deno.test("every operation has a dotted name of its own", () => {
  const names = ALL.flatMap(({ routes }) => routes.map(({ operation }) => operation?.name ?? ""));
  for (const name of names) assert.match(name, /^[a-z_-]+(\.[a-z_-]+)+$/);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
});

Deno.test("every route begins with the name of its function, as the platform calls it", () => {
  for (const { name, routes } of ALL) {
    for (const { path } of routes) assert.match(path, new RegExp(`^/${name}(/|$)`));
  }
});

Deno.test("every function serves its OpenAPI document, with all of its operations", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  for (const { name, app, routes } of ALL) {
    const response = await app.request(`/${name}/openapi.json`);
    assert.equal(response.status, 200);
    const text = await response.text();
    for (const { operation } of routes) {
      if (operation?.name === `${name}.openapi`) continue;
      assert(text.includes(`"operationId":"${operation?.name}"`), String(operation?.name));
    }
  }
});

/** What attacks the routes of each kind of caller. Providers are attacked where they are answered. */
function attackOn(caller: Caller) {
  if (typeof caller === "object") return refusesStrangers;
  if (caller === "operator") return refusesAllButOperator;
  return caller === "cron" ? refusesAllButCron : undefined;
}

Deno.test("every route that is not for everyone refuses everyone else", async (t) => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  for (const { app, routes } of ALL) {
    for (const { method, path, operation } of routes) {
      const attack = operation && attackOn(operation.caller);
      if (!attack) continue;
      await t.step(operation.name, (step) => attack(step, { app, method, path: filledIn(path) }));
    }
  }
});

/** A path with an id in the place of each parameter: credentials are refused before ids are. */
function filledIn(path: string): string {
  return path.replace(/:\w+/g, "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10");
}
