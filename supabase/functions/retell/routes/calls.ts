import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { openCallTexts } from "#shared/health_data/call_texts.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { callLog, loadedCall } from "../health_data_schemas.ts";
import { operations } from "../operations.ts";

const route = createRoute({
  ...operations.callsGet,
  summary: "A call with what was said in it, decrypted where it is stored encrypted",
  description: "Each look at what is encrypted is noted in the audit trail.",
  request: { params: z.object({ id: z.guid() }) },
  responses: {
    200: { description: "The call", content: { "application/json": { schema: callLog } } },
  },
});

/** Adds `GET /retell/calls/:id`. */
export function addCallRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { userId, db } = c.get("actor");
    const loaded = await db.rpc("load_call", { p_id: c.req.valid("param").id });
    const { call, texts } = unwrap(loaded, loadedCall);
    return c.json({ ...call, ...await openAll(texts, userId) }, 200);
  });
}

async function openAll(texts: z.output<typeof loadedCall>["texts"], userId: string) {
  if (Object.keys(texts).length === 0) return {};
  const keyring = requireKeyring();
  try {
    return await openCallTexts(texts, userId, keyring);
  } catch (cause) {
    throw new Problem("not_configured", "What is stored cannot be opened", { cause });
  }
}
