import assert from "node:assert/strict";
import { createDatabase, execute } from "#tests/support/databases.ts";
import { runPgtap, withPgtap } from "#tests/support/pgtap.ts";

interface Fault {
  readonly sql: string;
  /** What tells of it, by file. */
  readonly told: Readonly<Record<string, RegExp>>;
}

/** Ways to let a row be seen or written by who may not, and what must tell of each. */
const FAULTS: Readonly<Record<string, Fault>> = {
  "a new table": {
    sql: "create table private.forgotten (id integer primary key)",
    told: { "every_table_has_a_case.sql": /^Every table, view and partition has a line/ },
  },
  "a new view": {
    sql: "create view public.forgotten as select 1 as id",
    told: { "every_table_has_a_case.sql": /^Every table, view and partition has a line/ },
  },
  "a partition of another table": {
    sql: "create table private.parted (id integer) partition by range (id); " +
      "create table private.parted_2026_01 partition of private.parted default",
    told: { "every_table_has_a_case.sql": /^Every table, view and partition has a line/ },
  },
  "a table that is gone": {
    sql: "drop view public.profiles",
    told: { "every_table_has_a_case.sql": /^Every case is of a table that is there/ },
  },
  "row level security that is off": {
    sql: "alter table public.webhook_logs disable row level security",
    told: {
      "every_table_has_a_case.sql": /^public\.webhook_logs has row level security/,
      "reads.sql": /^public\.webhook_logs shows another tenant no row/,
      "policies_alone.sql": /^public\.webhook_logs lets another tenant delete no row/,
    },
  },
  "a policy that everybody fulfils": {
    sql: "create policy open on public.call_logs for select to authenticated using (true)",
    told: { "reads.sql": /^public\.call_logs shows another tenant no row/ },
  },
  "a policy for anon": {
    sql: "create policy open on public.call_logs for select to anon using (true)",
    told: { "policies_alone.sql": /^public\.call_logs shows anon nothing/ },
  },
  "an update policy that everybody fulfils": {
    sql: "create policy open on public.agents for update to authenticated using (true); " +
      "create policy seen on public.agents for select to authenticated using (true)",
    told: { "writes.sql": /^public\.agents lets another tenant update no row/ },
  },
  "a delete policy that everybody fulfils": {
    sql: "create policy open on public.phone_numbers for delete to authenticated using (true); " +
      "create policy seen on public.phone_numbers for select to authenticated using (true)",
    told: { "writes.sql": /^public\.phone_numbers lets another tenant delete no row/ },
  },
  "an insert policy that everybody fulfils": {
    sql: "create policy open on public.consents for insert to authenticated with check (true)",
    told: { "policies_alone.sql": /^public\.consents takes no row from another tenant/ },
  },
  "a partition that tenants may read": {
    sql: `do $$ begin
        execute (select format('grant select on %s to authenticated', min(inhrelid::regclass::text))
          from pg_inherits where inhparent = 'public.webhook_events'::regclass);
      end $$`,
    told: {
      "reads.sql": /^private\.webhook_events_\d{4}_\d{2} is closed to tenants/,
      "every_table_has_a_case.sql": /^private\.webhook_events_\d{4}_\d{2} grants tenants/,
    },
  },
  "a view that asks as its owner": {
    sql: "alter view public.profiles set (security_invoker = false)",
    told: { "reads.sql": /^public\.profiles shows another tenant no row/ },
  },
  "a privilege too many for the functions": {
    sql: "grant delete on public.audit_logs to service_role",
    told: { "every_table_has_a_case.sql": /^public\.audit_logs grants the functions/ },
  },
  "a private table that tenants may write": {
    sql: "grant insert on private.webhook_limits to authenticated",
    told: { "writes.sql": /^private\.webhook_limits takes no row from another tenant/ },
  },
  "a bucket that shows everything": {
    sql: "create policy open on storage.objects for select to authenticated using (true)",
    told: { "storage_objects.sql": /^archives shows another tenant nothing/ },
  },
  "a new bucket": {
    sql: "insert into storage.buckets (id, name) values ('forgotten', 'forgotten')",
    told: { "storage_objects.sql": /^Every bucket has a case/ },
  },
};

for (const [what, { sql, told }] of Object.entries(FAULTS)) {
  Deno.test(`the pgTAP tests tell of ${what}`, withPgtap, async () => {
    await using database = await createDatabase();
    await execute(database.url, sql);
    for (const [file, description] of Object.entries(told)) {
      const { failed } = await runPgtap(database.url, file);
      assert.ok(failed.some((one) => description.test(one)), `${file}: ${failed.join("; ")}`);
    }
  });
}
