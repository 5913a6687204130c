import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import { env } from "#shared/env.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { openAccount } from "#shared/retell/account.ts";
import type { RetellClient, RetellPageQuery } from "#shared/retell/client.ts";
import { ShortCache } from "#shared/retell/short_cache.ts";
import { operations } from "../operations.ts";
import { agentPage, listQuery, phoneNumberPage, voicePage } from "../schemas.ts";

/** Long enough for somebody who looks through a form, in milliseconds. */
const KEPT_MS = 30_000;
const MAX_KEPT = 100;

const agents = createRoute({
  ...operations.agentsList,
  ...listOf("The account's agents", agentPage),
});

const voices = createRoute({
  ...operations.voicesList,
  ...listOf("The voices that the account may use", voicePage),
});

const phoneNumbers = createRoute({
  ...operations.phoneNumbersList,
  ...listOf("The account's numbers", phoneNumberPage),
});

function listOf<Page extends z.ZodType>(summary: string, schema: Page) {
  return {
    summary: `${summary}, as Retell tells them; kept for half a minute`,
    request: { query: listQuery },
    responses: {
      200: { description: "A page", content: { "application/json": { schema } } },
    },
  };
}

/** Adds `GET /retell/agents`, `/retell/voices` and `/retell/phone-numbers`. */
export function addListRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(agents, async (c) => {
    const { limit, cursor: after } = c.req.valid("query");
    const page = await agentsOf(c.get("actor").userId, { limit, after });
    return c.json({ data: [...page.items], next_cursor: page.next }, 200);
  });
  app.openapi(phoneNumbers, async (c) => {
    const { limit, cursor: after } = c.req.valid("query");
    const page = await phoneNumbersOf(c.get("actor").userId, { limit, after });
    return c.json({ data: [...page.items], next_cursor: page.next }, 200);
  });
  app.openapi(voices, async (c) => {
    const { limit, cursor = "0" } = c.req.valid("query");
    const all = await voicesOf(c.get("actor").userId, null);
    const start = placeIn(all.length, cursor);
    const end = start + limit;
    const next_cursor = end < all.length ? String(end) : null;
    return c.json({ data: all.slice(start, end), next_cursor }, 200);
  });
}

const agentsOf = kept((client, page: RetellPageQuery) => client.listAgents(page));
const phoneNumbersOf = kept((client, page: RetellPageQuery) => client.listPhoneNumbers(page));
const voicesOf = kept((client, _: null) => client.listVoices());

/** What a client loads, kept for a while for each user, key and query. */
function kept<Query, Value>(load: (client: RetellClient, query: Query) => Promise<Value>) {
  const cache = new ShortCache<Value>({ keptMs: KEPT_MS, max: MAX_KEPT, now: MONOTONIC_CLOCK.now });
  return async (userId: string, query: Query): Promise<Value> => {
    // Asked for every time: whoever has no key any more sees nothing that was kept.
    const { client, fingerprint } = await openAccount(userId);
    const key = JSON.stringify([env().retellUrl, userId, fingerprint, query]);
    return await cache.get(key, () => load(client, query));
  };
}

/** Where the next page of a list begins that Retell gives whole. */
function placeIn(length: number, cursor: string): number {
  if (/^\d{1,6}$/.test(cursor) && Number(cursor) <= length) return Number(cursor);
  const errors = [{ path: "query.cursor", message: "Must be a next_cursor" }];
  throw new Problem("validation_failed", undefined, { errors });
}
