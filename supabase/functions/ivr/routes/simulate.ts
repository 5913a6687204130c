import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { Problem } from "#shared/http/problem.ts";
import { simulate } from "#shared/ivr/simulate.ts";
import { checkMenu, refusal } from "../check_menu.ts";
import { menuOperations } from "../operations/menus.ts";
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
  ...menuOperations.simulate,
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
    const { id } = c.req.valid("param");
    const { db } = c.get("actor");
    const { version, document, transfer_rules } = wanted.version === "draft"
      ? await loadDraft(db, id)
      : await loadVersion(db, id, wanted.version);
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

type Loaded = z.output<typeof loaded>;

/** What publishing now would freeze. @throws {Problem} `invalid_menu` where nothing would be. */
async function loadDraft(db: SupabaseClient, id: string): Promise<Loaded> {
  const check = await checkMenu(db, id);
  if (check.problems.length > 0) throw refusal(check);
  const { countries, prefixes } = check.rules;
  return {
    version: null,
    document: check.frozen,
    transfer_rules: { countries: countries && [...countries], prefixes: [...prefixes] },
  };
}

/** A version, the published one if undefined. @throws {Problem} `not_found`, `menu_not_published` */
async function loadVersion(
  db: SupabaseClient,
  id: string,
  version: number | undefined,
): Promise<Loaded> {
  const result = await db.rpc("load_ivr_simulation", {
    p_menu_id: id,
    p_version: version ?? null,
  });
  const found = unwrap(result, loaded);
  if (found.document === null) {
    throw new Problem("menu_not_published", "Only the draft can be simulated yet");
  }
  return found;
}
