import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operation } from "#shared/http/operation.ts";
import { Problem } from "#shared/http/problem.ts";
import { openAccount } from "#shared/retell/account.ts";
import { RETELL_PROBLEMS } from "../problems.ts";
import { config, storedConfig } from "../schemas.ts";
import { shownConfig } from "../shown_config.ts";

const route = createRoute({
  ...operation("retell.config.check", { user: "retell:write" }, {
    limit: "tests",
    problems: [...RETELL_PROBLEMS, "conflict"],
  }),
  method: "post",
  path: "/config/check",
  summary: "Ask Retell with the stored key",
  description:
    "The status becomes `connected`, or `error` where Retell refuses the key. Where Retell fails or does not answer, nothing is known of the key, and the status stays.",
  responses: {
    200: {
      description: "Retell takes the key",
      content: { "application/json": { schema: config } },
    },
  },
});

/** Adds `POST /retell/config/check`. */
export function addCheckRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { userId } = c.get("actor");
    const { client, fingerprint } = await openAccount(userId);
    try {
      await client.listAgents({ limit: 1 });
    } catch (error) {
      if (error instanceof Problem && error.code === "retell_unauthorized") {
        await noteStatus(userId, "error", fingerprint);
      }
      throw error;
    }
    const noted = await noteStatus(userId, "connected", fingerprint);
    if (noted === null) throw new Problem("conflict", "The key was replaced meanwhile");
    return c.json(shownConfig(noted), 200);
  });
}

async function noteStatus(
  userId: string,
  status: "connected" | "error",
  fingerprint: string | null,
) {
  const database = adminClient("the status is Retell's word, which no user writes");
  const result = await database.rpc("update_retell_integration_status", {
    p_user_id: userId,
    p_status: status,
    p_fingerprint: fingerprint,
  });
  return unwrap(result, storedConfig.nullable());
}
