import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { apiKey } from "#shared/api_keys/api_key.ts";
import { apiKeyPrefix, generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { operations } from "../operations.ts";
import { rotatedApiKey, rotation } from "../schemas.ts";

const route = createRoute({
  ...operations.rotate,
  summary: "Replace a key by a new one with the same settings",
  description:
    "The old key works for the overlap, never past its own expiry; the two share one count. A program can rotate no key that reaches further than its own.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: rotation } } },
  },
  responses: {
    201: {
      description: "Rotated; the new key is shown this once",
      content: { "application/json": { schema: rotatedApiKey } },
    },
  },
});

const rotated = z.object({ api_key: apiKey, previous: apiKey });

/** Adds `POST /api-keys/:id/rotate`. */
export function addRotateRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const key = generateApiKey();
    const result = await c.get("actor").db.rpc("rotate_api_key", {
      p_id: c.req.valid("param").id,
      p_key_hash: hashApiKey(key),
      p_key_prefix: apiKeyPrefix(key),
      p_overlap_hours: c.req.valid("json").overlap_hours,
    });
    const { api_key, previous } = unwrap(result, rotated);
    return c.json({ ...api_key, key, previous }, 201);
  });
}
