import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { checkAccount } from "#shared/retell/check_account.ts";
import { operations } from "../operations.ts";
import { config, storedConfig } from "../schemas.ts";
import { shownConfig } from "../shown_config.ts";

const route = createRoute({
  ...operations.configCheck,
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
    const noted = storedConfig.nullable().parse(await checkAccount(c.get("actor").userId));
    if (noted === null) throw new Problem("conflict", "The key was replaced meanwhile");
    return c.json(shownConfig(noted), 200);
  });
}
