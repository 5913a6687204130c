import assert from "node:assert/strict";
// @ts-types="@types/pg"
import type pg from "pg";
import { divide } from "#shared/health_data/members.ts";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs } from "#tests/support/tenants.ts";

const USER = "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10";
const EVENT = JSON.stringify({
  ...{ call_id: "call_1", rank: 5, facts: { status: "completed", summary: "plain" } },
});

async function withUser(action: (pool: pg.Pool) => Promise<void>): Promise<void> {
  await using database = await createDatabase();
  await withPool(database.url, 4, async (pool) => {
    await pool.query("insert into auth.users (id) values ($1)", [USER]);
    await action(pool);
  });
}

async function turnOn(pool: pg.Pool): Promise<unknown> {
  const client = await pool.connect();
  try {
    return await actAs(client, "authenticated", USER, async () => {
      const { rows: [row] } = await client.query("select public.set_health_data(true) as set");
      return row?.set;
    }, "commit");
  } finally {
    client.release();
  }
}

Deno.test(
  "What is being written in plain text when the setting is turned on is counted by it, and nothing is after",
  onPostgres,
  async () => {
    await withUser(async (pool) => {
      const writer = await pool.connect();
      await writer.query("begin");
      await writer.query("select public.retell_record_event($1, $2)", [USER, EVENT]);
      let isDone = false;
      const turning = turnOn(pool).finally(() => isDone = true);
      const waits = async () => {
        const { rows } = await pool.query(
          "select from pg_locks where not granted and locktype = 'advisory'",
        );
        return rows.length > 0;
      };
      while (!isDone && !await waits());
      await writer.query("commit");
      writer.release();
      assert.deepEqual(await turning, { plain: 1, encrypt: true });
      await assert.rejects(
        pool.query("select public.retell_record_event($1, $2)", [
          USER,
          EVENT.replace("call_1", "call_2"),
        ]),
        { code: "PT503" },
      );
      await pool.query("update public.call_logs set status = 'completed', cost = 1");
      await assert.rejects(pool.query("update public.call_logs set transcript = 'x'"), {
        code: "PT503",
      });
    });
  },
);

Deno.test(
  "A text that was told after it was read to be sealed is not lost",
  onPostgres,
  async () => {
    await withUser(async (pool) => {
      const { rows: [call] } = await pool.query("select public.retell_record_event($1, $2) as id", [
        USER,
        EVENT,
      ]);
      const newer = EVENT.replace("plain", "plainer than before");
      await pool.query("select public.retell_record_event($1, $2)", [USER, newer]);
      const seal = async (was: string) => {
        const { rows: [row] } = await pool.query("select public.seal_calls($1, $2) as sealed", [
          USER,
          JSON.stringify([{
            ...{ call_log_id: call?.id, field: "summary", was, id: crypto.randomUUID() },
            ...{ sealed: "e30..AA.AA.AA", weight: was.length, digest: "" },
          }]),
        ]);
        return row?.sealed;
      };
      const summaries = async () =>
        (await pool.query("select summary, sealed_fields from public.call_logs")).rows;
      assert.equal(await seal("plain"), 0);
      assert.deepEqual(await summaries(), [{ summary: "plainer than before", sealed_fields: [] }]);
      assert.equal(await seal("plainer than before"), 1);
      assert.deepEqual(await summaries(), [{ summary: null, sealed_fields: ["summary"] }]);
    });
  },
);

Deno.test(
  "The database finds what tells of a call where the functions do, and nothing in what they leave",
  onPostgres,
  async () => {
    await withUser(async (pool) => {
      const carries = async (type: string, data: unknown) => {
        const { rows: [row] } = await pool.query(
          "select private.carries_health_data($1, $2) as yes",
          [
            type,
            JSON.stringify(data),
          ],
        );
        return row?.yes;
      };
      const telling = [
        ["custom.a", { transcript: "x" }],
        ["custom.a", { a: [{ b: [[{ summary: { c: 1 } }]] }] }],
        ["custom.a", { call: { call_analysis: {}, recording_url: "x" } }],
        ["custom.a", { transcript_object: [], user_sentiment: "x" }],
        ["call.analyzed", { call_id: "x", diagnosis: "x" }],
        ["conversation.updated", { conversation_id: "x", message: "x" }],
      ] as const;
      for (const [type, data] of telling) {
        assert.equal(await carries(type, data), true, JSON.stringify(data));
        assert.equal(await carries(type, divide(type, data).open), false, JSON.stringify(data));
      }
      for (const data of [{}, { summary: null }, { order: { message: "x" } }, { summaries: 1 }]) {
        assert.equal(await carries("custom.a", data), false, JSON.stringify(data));
      }
    });
  },
);
