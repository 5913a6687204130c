import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { createApp } from "#shared/http/app.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operation } from "#shared/http/operation.ts";

const thing = z.strictObject({
  name: z.string().min(1),
  options: z.array(z.object({ digit: z.string().regex(/^\d$/) })).max(100).default([]),
});
const saved = z.object({ id: z.guid(), name: z.string(), user_id: z.guid() });

const save = createRoute({
  ...operation("sample.save", { user: "ivr:write" }, { problems: ["conflict"] }),
  method: "post",
  path: "/things/{id}",
  request: {
    params: z.object({ id: z.guid() }),
    query: z.object({ limit: z.coerce.number().int().max(100).optional() }),
    body: { required: true, content: { "application/json": { schema: thing } } },
  },
  responses: {
    200: { description: "Saved", content: { "application/json": { schema: saved } } },
  },
});

const attempt = createRoute({
  ...operation("sample.try", { user: "ivr:write" }, { limit: "tests" }),
  method: "post",
  path: "/try",
  responses: { 204: { description: "Tried" } },
});

const echo = createRoute({
  ...operation("sample.echo", "provider", { bodyLimit: 1024 }),
  method: "post",
  path: "/echo",
  responses: { 200: { description: "The body again" } },
});

const tick = createRoute({
  ...operation("sample.tick", "cron"),
  method: "post",
  path: "/tick",
  responses: { 204: { description: "Ticked" } },
});

const settle = createRoute({
  ...operation("sample.settle", "operator"),
  method: "put",
  path: "/settle",
  responses: { 204: { description: "Settled" } },
});

const fail = createRoute({
  ...operation("sample.fail", "public"),
  method: "get",
  path: "/fail",
  responses: { 204: { description: "Never" } },
});

/** What a test may do in the place of the sample app's failing route. */
export interface SampleOptions {
  readonly fail?: () => never;
}

/** A function with one route for each kind of caller, for tests of what all functions share. */
export function createSampleApp(options: SampleOptions = {}): Hono<AppEnv> {
  const operations = [save, attempt, echo, tick, settle, fail];
  const addRoutes = (app: OpenAPIHono<AppEnv>) => addSampleRoutes(app, options);
  return createApp("sample", [lazily(operations, () => Promise.resolve(addRoutes))]);
}

function addSampleRoutes(app: OpenAPIHono<AppEnv>, options: SampleOptions): void {
  app.openapi(save, (c) => {
    const { id } = c.req.valid("param");
    return c.json({ id, name: c.req.valid("json").name, user_id: c.get("actor").userId }, 200);
  });
  app.openapi(attempt, (c) => c.body(null, 204));
  app.openapi(echo, async (c) => c.text(await c.req.text()));
  app.openapi(tick, (c) => c.body(null, 204));
  app.openapi(settle, (c) => c.body(null, 204));
  app.openapi(fail, (c) => {
    options.fail?.();
    return c.body(null, 204);
  });
}

/** A request that the sample app's route for users accepts, except for its credentials. */
export const SAVE = {
  method: "POST",
  path: "/sample/things/7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10",
  json: { name: "Main menu", options: [{ digit: "1" }] },
} as const;
