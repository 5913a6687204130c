import assert from "node:assert/strict";
import { join } from "node:path";
import { MIGRATIONS } from "#local/paths.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants } from "#tests/support/tenants.ts";

/** What the platform has, as far as the migration needs it. */
const REALTIME = `
  create publication supabase_realtime;
  create schema realtime;
  create table realtime.messages (topic text, extension text, payload jsonb, event text, private boolean);
  alter table realtime.messages enable row level security;
  grant usage on schema realtime to authenticated;
  grant select on realtime.messages to authenticated;
  create function realtime.topic() returns text language sql stable
    as $$ select current_setting('realtime.topic', true) $$;
  grant execute on function realtime.topic() to authenticated;
  create function realtime.send(payload jsonb, event text, topic text, private boolean) returns void language sql
    as $$ insert into realtime.messages (payload, event, topic, private) values ($1, $2, $3, $4) $$;`;

Deno.test(
  "Where the server has Realtime, owners follow their rows and nobody else's",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    await admin.query(REALTIME);
    const migration = await Deno.readTextFile(join(MIGRATIONS, "20261124000230_realtime.sql"));
    await admin.query(migration.replace("create function", "create or replace function"));

    await t.step("the publication has the three tables, each under its own name", async () => {
      const { rows } = await admin.query(
        "select schemaname || '.' || tablename as name from pg_publication_tables where pubname = 'supabase_realtime' order by 1",
      );
      assert.deepEqual(rows.map(({ name }) => name), [
        "public.call_logs",
        "public.ivr_sessions",
        "public.webhook_logs",
      ]);
    });

    await t.step(
      "a change is told to its owner's private channel, without what is in the row",
      async () => {
        await admin.query(
          "update public.ivr_sessions set ended_at = now() where id = $1",
          [tenants.sessionId],
        );
        const { rows } = await admin.query(
          "select topic, event, payload, private from realtime.messages",
        );
        assert.deepEqual(rows, [{
          topic: `user:${owner}`,
          event: "ivr_sessions.update",
          payload: { table: "ivr_sessions", id: tenants.sessionId },
          private: true,
        }]);
      },
    );

    await t.step("nobody listens to another's", async () => {
      const heard = (user: string) =>
        actAs(admin, "authenticated", user, async () => {
          await admin.query("select set_config('realtime.topic', $1, true)", [`user:${owner}`]);
          return (await admin.query("select from realtime.messages")).rowCount;
        });
      assert.deepEqual([await heard(owner), await heard(stranger)], [1, 0]);
    });

    await t.step("a fault of Realtime's undoes no row", async () => {
      await admin.query("alter table realtime.messages rename to elsewhere");
      await admin.query("update public.ivr_sessions set ended_at = null where id = $1", [
        tenants.sessionId,
      ]);
      const { rows: [session] } = await admin.query(
        "select ended_at from public.ivr_sessions where id = $1",
        [tenants.sessionId],
      );
      assert.equal(session.ended_at, null);
    });
  },
);
