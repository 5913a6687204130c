import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import {
  consent,
  CONSENT_COLUMNS,
  consentDecision,
  consentPage,
  consentQuery,
  purposeParam,
} from "../schemas/account.ts";

const current = createRoute({
  ...operations.consentsList,
  summary: "What the caller consents to, or no longer does: the latest of each purpose",
  responses: {
    200: {
      description: "The consents",
      content: { "application/json": { schema: z.object({ data: z.array(consent) }) } },
    },
  },
});

const history = createRoute({
  ...operations.consentsHistory,
  summary: "Everything that the caller ever consented to or withdrew, newest first",
  request: { query: consentQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: consentPage } } },
  },
});

const decide = createRoute({
  ...operations.consentsSet,
  summary: "Give or withdraw a consent; what holds already is answered as it is",
  request: {
    params: purposeParam,
    body: { required: true, content: { "application/json": { schema: consentDecision } } },
  },
  responses: {
    200: { description: "What holds now", content: { "application/json": { schema: consent } } },
  },
});

/** Adds the routes for consents: current, history, give and withdraw. */
export function addConsentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(current, async (c) => {
    const result = await c.get("actor").db.rpc("get_consents");
    return c.json({ data: unwrap(result, z.array(consent)) }, 200);
  });
  app.openapi(history, async (c) => {
    const { limit, cursor, purpose } = c.req.valid("query");
    let query = c.get("actor").db.from("consents").select(CONSENT_COLUMNS);
    if (purpose !== undefined) query = query.eq("purpose", purpose);
    if (cursor !== undefined) query = query.or(afterCursor(cursor));
    const rows = unwrap(await newestFirst(query, limit), z.array(consent));
    return c.json(pageOf(rows, limit), 200);
  });
  app.openapi(decide, async (c) => {
    const { given, version = null } = c.req.valid("json");
    const result = await c.get("actor").db.rpc("record_consent", {
      p_purpose: c.req.valid("param").purpose,
      p_given: given,
      p_version: version,
    });
    return c.json(unwrap(result, consent), 200);
  });
}
