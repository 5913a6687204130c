import { z } from "@hono/zod-openapi";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { Problem } from "#shared/http/problem.ts";
import type { RetellCall } from "#shared/retell/call.ts";
import type { RetellClient } from "#shared/retell/client.ts";
import { eventOfCall } from "#shared/retell/events.ts";
import { sealCallEvent } from "#shared/retell/sealed_event.ts";
import { requireKeyring } from "#shared/secrets.ts";
import type { syncProgress } from "./schemas.ts";

/** How many calls are fetched and stored at once. */
const PAGE = 50;

type Progress = z.output<typeof syncProgress>;

/** What is to be fetched. */
export interface Fetching {
  readonly client: RetellClient;
  readonly userId: string;
  /** Whether what was said is stored sealed. */
  readonly encrypts: boolean;
  /** Times, ISO 8601. */
  readonly period: Pick<Progress, "since" | "until">;
  readonly cursor: string | undefined;
  /** Whether it is time to stop; asked after each page. */
  readonly isOver: () => boolean;
}

/**
 * Fetches a period's calls page by page and stores each page before the next is asked for.
 *
 * @throws {Problem} of Retell or the database; from the second page on with the progress until then,
 * of which `next_cursor` is where to go on.
 */
export async function fetchCalls(fetching: Fetching): Promise<Progress> {
  const { client, period, isOver } = fetching;
  const span = { since: Date.parse(period.since), until: Date.parse(period.until) };
  let progress: Progress = {
    ...period,
    added: 0,
    updated: 0,
    refused: 0,
    next_cursor: fetching.cursor ?? null,
  };
  do {
    const after = progress.next_cursor ?? undefined;
    try {
      const { items, next } = await client.listCalls(span, { limit: PAGE, after });
      if (next !== null && next === after) throw new Problem("retell_bad_answer");
      const { added, updated, refused } = await store(fetching, items);
      progress = {
        ...period,
        added: progress.added + added,
        updated: progress.updated + updated,
        refused: progress.refused + refused,
        next_cursor: next,
      };
    } catch (error) {
      throw withProgress(error, progress);
    }
  } while (progress.next_cursor !== null && !isOver());
  return progress;
}

const counts = z.object({ added: z.int(), updated: z.int(), refused: z.int() });

async function store({ userId, encrypts }: Fetching, calls: readonly RetellCall[]) {
  const events = calls.map(eventOfCall);
  const database = adminClient("calls are Retell's word, which no user writes");
  const result = await database.rpc("retell_import_calls", {
    p_user_id: userId,
    p_events: encrypts
      ? await Promise.all(events.map((event) => sealCallEvent(event, userId, requireKeyring())))
      : events,
  });
  return unwrap(result, counts);
}

function withProgress(error: unknown, progress: Progress): unknown {
  if (!(error instanceof Problem) || progress.next_cursor === null) return error;
  const { code, detail, headers, cause, extensions } = error;
  return new Problem(code, detail, {
    headers,
    cause,
    extensions: { ...extensions, progress },
  });
}
