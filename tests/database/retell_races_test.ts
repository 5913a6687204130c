import assert from "node:assert/strict";
// @ts-types="@types/pg"
import type pg from "pg";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs } from "#tests/support/tenants.ts";

const WRITERS = 16;
const USER = "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10";

/** Runs something on so many connections at once, of a database with one user. */
async function atOnce(
  action: (client: pg.PoolClient, index: number) => Promise<unknown>,
  look: (pool: pg.Pool) => Promise<void>,
): Promise<void> {
  await using database = await createDatabase();
  await withPool(database.url, WRITERS, async (pool) => {
    await pool.query("insert into auth.users (id) values ($1)", [USER]);
    await Promise.all(Array.from({ length: WRITERS }, async (_, index) => {
      const client = await pool.connect();
      try {
        await action(client, index);
      } finally {
        client.release();
      }
    }));
    await look(pool);
  });
}

/** Until so many connections wait for a lock, or what should wait is over. */
async function untilWaiting(
  on: pg.Pool | pg.PoolClient,
  count: number,
  isOver = () => false,
): Promise<void> {
  const waiting =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while (!isOver() && (await on.query(waiting)).rowCount !== count);
}

Deno.test(
  "A later write that arrives when an earlier one has compared itself is not lost",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await withPool(database.url, 3, async (pool) => {
      await pool.query("insert into auth.users (id) values ($1)", [USER]);
      // Who is slow stands still before it writes what it has decided to.
      await pool.query(
        `create function public.stand_still() returns trigger language plpgsql as $$
           begin perform pg_advisory_xact_lock(42); return null; end $$;
         create trigger stand_still before update on public.user_profiles for each statement
           when (current_setting('test.is_slow', true) = 'on') execute function public.stand_still()`,
      );
      const clients = [await pool.connect(), await pool.connect(), await pool.connect()] as const;
      const [admin, slow, quick] = clients;
      const store = (client: pg.PoolClient, phone_number: string, second: number) =>
        actAs(client, "authenticated", USER, async () => {
          await client.query("select public.store_retell_config($1, $2)", [
            JSON.stringify({ phone_number }),
            new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
          ]);
        }, "commit");
      try {
        await admin.query("select pg_advisory_lock(42)");
        await slow.query("set test.is_slow = 'on'");
        const earlier = store(slow, "+4930111111", 1);
        await untilWaiting(admin, 1);
        let isOver = false;
        const later = store(quick, "+4930222222", 2).finally(() => isOver = true);
        await untilWaiting(admin, 2, () => isOver);
        await admin.query("select pg_advisory_unlock(42)");
        await Promise.all([earlier, later]);
        const { rows } = await admin.query("select phone_number from public.user_profiles");
        assert.deepEqual(rows, [{ phone_number: "+4930222222" }]);
      } finally {
        for (const client of clients) client.release();
      }
    });
  },
);

Deno.test(
  "What is told of a call in the middle of telling its end takes nothing back",
  onPostgres,
  async () => {
    const end = { status: "completed", ended_at: "2026-01-01T12:00:00Z", transcript: "Hello. Bye" };
    const ended = { rank: 4, facts: end };
    const ongoing = { rank: 2, facts: { status: "in-progress", transcript: "Hello" } };
    for (const [first, second] of [[ended, ongoing], [ongoing, ended]]) {
      await using database = await createDatabase();
      await withPool(database.url, 3, async (pool) => {
        await pool.query("insert into auth.users (id) values ($1)", [USER]);
        const clients = [await pool.connect(), await pool.connect()] as const;
        const [one, other] = clients;
        const tell = (client: pg.PoolClient, event: object = {}, then = async () => {}) =>
          actAs(client, "service_role", null, async () => {
            await client.query("select public.retell_record_event($1, $2)", [
              USER,
              JSON.stringify({ call_id: "call_1", is_analyzed: false, ...event }),
            ]);
            await then();
          }, "commit");
        try {
          await tell(one, { rank: 1, facts: { status: "in-progress" } });
          let later = Promise.resolve();
          await tell(one, first, async () => {
            later = tell(other, second);
            await untilWaiting(pool, 1);
          });
          await later;
        } finally {
          for (const client of clients) client.release();
        }
        const { rows } = await pool.query(
          "select status, ended_at, transcript from public.call_logs",
        );
        assert.deepEqual(rows, [{ ...end, ended_at: new Date(end.ended_at) }]);
      });
    }
  },
);

Deno.test(
  "Of many devices that write at once the latest write stands, and every other was told so or came before",
  onPostgres,
  async () => {
    await atOnce(
      async (client, index) => {
        for (let round = 0; round < 5; round++) {
          const second = (index * 7 + round * 11) % 60;
          const config = JSON.stringify({ phone_number: `+49301${index}${second}` });
          const time = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
          await actAs(client, "authenticated", USER, async () => {
            await client.query("select public.store_retell_config($1, $2, $3)", [
              config,
              time,
              `device ${index}`,
            ]);
          }, "commit");
        }
      },
      async (pool) => {
        const writes = Array.from({ length: WRITERS * 5 }, (_, at) => {
          const index = Math.floor(at / 5);
          return { index, second: (index * 7 + (at % 5) * 11) % 60, device: `device ${index}` };
        });
        writes.sort((a, b) => a.second - b.second || (a.device < b.device ? -1 : 1));
        const last = writes.at(-1);
        const { rows: [row] } = await pool.query("select phone_number from public.user_profiles");
        assert.equal(row?.phone_number, `+49301${last?.index}${last?.second}`);
      },
    );
  },
);

Deno.test(
  "Events of one call that arrive at once make one row, and each event once",
  onPostgres,
  async () => {
    const kinds = [
      {
        rank: 1,
        facts: { status: "in-progress", from_number: "+15550100199" },
        is_analyzed: false,
      },
      { rank: 2, facts: { transcript: "Agent: Hello" }, is_analyzed: false },
      {
        rank: 4,
        facts: {
          status: "completed",
          ended_at: "2026-01-01T12:00:00Z",
          transcript: "Agent: Hello. Bye",
        },
        is_analyzed: false,
      },
      { rank: 5, facts: { status: "completed", summary: "Said hello" }, is_analyzed: true },
    ];
    await atOnce(
      async (client, index) => {
        for (let round = 0; round < 4; round++) {
          const event = { call_id: "call_1", ...kinds[(index + round) % kinds.length] };
          await actAs(client, "service_role", null, async () => {
            await client.query("select public.retell_record_event($1, $2)", [
              USER,
              JSON.stringify(event),
            ]);
          }, "commit");
        }
      },
      async (pool) => {
        const { rows } = await pool.query(
          "select status, transcript, summary, from_number from public.call_logs",
        );
        assert.deepEqual(rows, [{
          status: "completed",
          transcript: "Agent: Hello. Bye",
          summary: "Said hello",
          from_number: "+15550100199",
        }]);
        const events = await pool.query("select type from public.webhook_events order by type");
        assert.deepEqual(events.rows.map(({ type }) => type), [
          "call.analyzed",
          "call.ended",
          "call.started",
        ]);
      },
    );
  },
);
