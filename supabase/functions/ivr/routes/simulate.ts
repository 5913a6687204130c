import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { operation } from "#shared/http/operation.ts";
import { Problem } from "#shared/http/problem.ts";
import { simulate } from "#shared/ivr/simulate.ts";
import { readVersion } from "../read_version.ts";
import { simulation, toSimulatedInput, transcript } from "../schemas/simulation.ts";

const loaded = z.object({
  version: z.int().nullable(),
  document: z.unknown(),
  transfer_rules: z.object({
    countries: z.array(z.string()).nullable(),
    prefixes: z.array(z.string()),
  }),
});

const route = createRoute({
  ...operation("ivr.menus.simulate", { user: "ivr:read" }, {
    problems: ["not_found", "menu_not_published", "invalid_menu", "validation_failed"],
  }),
  method: "post",
  path: "/menus/{id}/simulate",
  summary: "What a caller would hear, turn by turn; nothing is written, dialled or asked",
  description:
    "A draft that cannot be published is told by its problems. No caller lists apply, and transfers are judged as if the tenant had some left this hour.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: simulation } } },
  },
  responses: {
    200: {
      description: "The transcript",
      content: { "application/json": { schema: transcript } },
    },
  },
});

/** Adds `POST /ivr/menus/:id/simulate`. */
export function addSimulateRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const result = await c.get("actor").db.rpc("load_ivr_simulation", {
      p_menu_id: c.req.valid("param").id,
      p_version: typeof wanted.version === "number" ? wanted.version : null,
      p_draft: wanted.version === "draft",
    });
    const { version, document, transfer_rules } = unwrap(result, loaded);
    if (document === null) {
      throw new Problem("menu_not_published", "Only the draft can be simulated yet");
    }
    const call = {
      startedAt: new Date(wanted.at ?? Date.now()),
      called: wanted.to ?? null,
      language: wanted.language ?? null,
      transfers: transfer_rules,
    };
    const { turns, unused } = simulate(
      readVersion(document),
      call,
      wanted.inputs.map(toSimulatedInput),
    );
    const last = turns.at(-1);
    return c.json({
      version,
      ended: last?.ended ?? false,
      end_reason: last?.end_reason ?? null,
      unused_inputs: unused,
      turns: turns.map(({ at, input, ...turn }) => ({
        ...turn,
        at: at.toISOString(),
        input: { ...input },
      })),
    }, 200);
  });
}
