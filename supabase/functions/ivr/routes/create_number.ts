import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { numberOperations } from "../operations/numbers.ts";
import { newNumber, phoneNumber } from "../schemas/numbers.ts";

const route = createRoute({
  ...numberOperations.create,
  summary: "Have a number of a connection answered by a menu",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newNumber } } },
  },
  responses: {
    201: { description: "Added", content: { "application/json": { schema: phoneNumber } } },
  },
});

/** Adds `POST /ivr/numbers`. */
export function addCreateNumberRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const { connection_id, number, menu_id, label } = wanted;
    const { response, replayed } = await callOnce(c.get("actor").db, {
      name: "create_phone_number",
      args: {
        p_connection_id: connection_id,
        p_number: number,
        p_menu_id: menu_id ?? null,
        p_label: label ?? null,
      },
      idempotencyKey: c.req.valid("header")["idempotency-key"],
      request: wanted,
    }, phoneNumber);
    return c.json(response, 201, replayed ? { "idempotency-replayed": "true" } : {});
  });
}
