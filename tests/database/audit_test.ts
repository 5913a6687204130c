import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";

/** The first broken link of the only chain there is, or null. */
async function brokenEntry(admin: pg.Client): Promise<unknown> {
  const { rows: [row] } = await admin.query(
    "select private.verify_audit_chain(subject_id) as entry from private.audit_subjects",
  );
  return row?.entry;
}

Deno.test(
  "The audit trail refuses update, delete and truncate to every role, its owner included",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const { rows: partitions } = await admin.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'public.audit_logs'::regclass",
    );
    assert.ok(partitions.length >= 4);
    for (const name of ["public.audit_logs", ...partitions.map((row) => row.name)]) {
      assert.equal(
        await sqlState(() => admin.query(`truncate ${name}`)),
        "PT403",
        `truncate ${name}`,
      );
      if (!(await admin.query(`select 1 from ${name} limit 1`)).rowCount) continue;
      assert.equal(
        await sqlState(() => admin.query(`update ${name} set action = 'x'`)),
        "PT403",
        `update ${name}`,
      );
      assert.equal(
        await sqlState(() => admin.query(`delete from ${name}`)),
        "PT403",
        `delete ${name}`,
      );
    }
  },
);

Deno.test(
  "The chain is whole, and any change behind the triggers' back shows where it was made",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    assert.equal(await brokenEntry(admin), null);
    await admin.query("set session_replication_role = replica");
    await admin.query("update public.audit_logs set actor = 'nobody' where entry = 2");
    assert.equal(await brokenEntry(admin), "2");
    await admin.query(
      "delete from public.audit_logs where entry = (select max(entry) from public.audit_logs)",
    );
    await admin.query("delete from public.audit_logs where entry = 2");
    assert.equal(await brokenEntry(admin), "3");
  },
);

Deno.test("Cutting off the end of the chain shows too", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  const { rows: [head] } = await admin.query("select entries from private.audit_heads");
  await admin.query("set session_replication_role = replica");
  await admin.query("delete from public.audit_logs where entry = $1", [head?.entries]);
  assert.equal(await brokenEntry(admin), head?.entries);
});

Deno.test("Sixteen writers at once leave one chain without a gap", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, database, owner } = tenants;
  const before = Number(
    (await admin.query("select entries from private.audit_heads")).rows[0]?.entries,
  );
  const results = await withPool(
    database.url,
    16,
    (pool) =>
      Promise.allSettled(
        Array.from({ length: 64 }, (_, n) =>
          pool.query("select private.audit($1, 'test.write', 'test', null, $2)", [
            owner,
            JSON.stringify({ n }),
          ])),
      ),
  );
  assert.deepEqual(results.filter(({ status }) => status === "rejected"), []);
  assert.equal(
    Number((await admin.query("select entries from private.audit_heads")).rows[0]?.entries),
    before + 64,
  );
  assert.equal(await brokenEntry(admin), null);
});

Deno.test(
  "The trail says who did what, and names columns without their values",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await actAs(
      admin,
      "authenticated",
      owner,
      () => admin.query("update public.ivr_menus set prompt = 'A secret prompt'"),
      "commit",
    );
    const { rows: [entry] } = await admin.query(
      "select * from public.audit_logs order by entry desc limit 1",
    );
    assert.deepEqual([entry?.action, entry?.actor, entry?.changes], ["ivr.menus.update", owner, {
      columns: ["prompt"],
    }]);
    assert.notEqual(entry?.subject_id, owner);
  },
);

Deno.test("A subject without a chain is not called whole", onPostgres, async () => {
  await using tenants = await createTenants();
  const { rows: [row] } = await tenants.admin.query(
    "select private.verify_audit_chain(gen_random_uuid()) as unknown, private.verify_audit_chain(null) as nobody",
  );
  assert.deepEqual(row, { unknown: "0", nobody: "0" });
});

Deno.test(
  "Months begin in UTC, whatever the time zone of the session that makes their partitions",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    for (
      const [zone, from] of [["Europe/Berlin", "2030-01-10"], ["UTC", "2030-03-10"], [
        "America/New_York",
        "2030-05-10",
      ], ["UTC", "2030-07-10"]]
    ) {
      await admin.query("select set_config('timezone', $1, false)", [zone]);
      await admin.query("select private.ensure_partitions($1, 1)", [from]);
    }
    await admin.query(
      `insert into public.audit_logs (created_at, subject_id, entry, actor, action, resource, hash)
     select at, s.subject_id, 1000 + row_number() over (order by at), 'test', 'test', 'test', ''
       from private.audit_subjects s, generate_series(timestamptz '2030-01-01 00:00Z', '2030-08-31 23:30Z', '30 minutes') at
      where s.user_id = $1`,
      [owner],
    );
  },
);
