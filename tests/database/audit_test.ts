import assert from "node:assert/strict";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

/** The first broken link of the owner's chain, or null. */
async function brokenEntry({ admin, owner }: Tenants): Promise<unknown> {
  const { rows: [row] } = await admin.query(
    "select private.verify_audit_chain(subject_id) as entry from private.audit_subjects where user_id = $1",
    [owner],
  );
  return row?.entry;
}

/** How many entries the head of the owner's chain counts. */
async function countEntries({ admin, owner }: Tenants): Promise<number> {
  const { rows: [row] } = await admin.query(
    `select entries from private.audit_heads h join private.audit_subjects s using (subject_id) where s.user_id = $1`,
    [owner],
  );
  return Number(row?.entries);
}

Deno.test(
  "The audit trail refuses update, delete and truncate to every role, its owner included",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    await admin.query("select private.ensure_partitions(current_date, 12)");
    const { rows: partitions } = await admin.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'public.audit_logs'::regclass",
    );
    assert.ok(partitions.length >= 13);
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
    assert.equal(await brokenEntry(tenants), null);
    await admin.query("set session_replication_role = replica");
    await admin.query("update public.audit_logs set actor = 'nobody' where entry = 2");
    assert.equal(await brokenEntry(tenants), "2");
    await admin.query(
      "delete from public.audit_logs where entry = (select max(entry) from public.audit_logs)",
    );
    await admin.query("delete from public.audit_logs where entry = 2");
    assert.equal(await brokenEntry(tenants), "3");
  },
);

/** What `verify_audit_chain()` tells the operator. */
async function brokenLinks({ admin }: Tenants): Promise<unknown[]> {
  const links = "select entry, problem from public.verify_audit_chain() order by entry, problem";
  return (await admin.query<{ entry: string; problem: string }>(links)).rows
    .map(({ entry, problem }) => [Number(entry), problem]);
}

/** Changes something behind the triggers' back, and tells what is found. */
async function afterTampering(tenants: Tenants, sql: string): Promise<unknown[]> {
  const { admin, owner } = tenants;
  await admin.query("begin");
  try {
    await admin.query(
      "select set_config('test.subject', subject_id::text, true) from private.audit_subjects where user_id = $1",
      [owner],
    );
    await admin.query("set local session_replication_role = replica");
    await admin.query(sql);
    return await brokenLinks(tenants);
  } finally {
    await admin.query("rollback");
  }
}

const ITS_ENTRY = (entry: number) =>
  `subject_id = current_setting('test.subject')::uuid and entry = ${entry}`;

Deno.test(
  "A change of any one column of an entry is found, and names the entry",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const { rows: columns } = await tenants.admin.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = 'public.audit_logs'::regclass and attnum > 0 and not attisdropped`,
    );
    assert.ok(columns.length >= 12);
    const others: Record<string, string> = {
      uuid: "gen_random_uuid()",
      "timestamp with time zone": "created_at + interval '1 microsecond'",
      text: "'api_key'",
      jsonb: `'{"columns": []}'`,
      bytea: "sha256('')",
    };
    for (const { name, type } of columns) {
      await t.step(name, async () => {
        const other = type === "bigint" ? "7" : others[type] ?? assert.fail(`No other ${type}`);
        const sql = `update public.audit_logs set ${name} = ${other} where ${ITS_ENTRY(3)}`;
        const found = await afterTampering(tenants, sql);
        const named = JSON.stringify(found);
        const gone = ["entry", "subject_id"].includes(name);
        assert.ok(named.includes(gone ? '[4,"missing_before"]' : '[3,"changed"]'), named);
      });
    }
    await t.step("nothing", async () => {
      const sql = `update public.audit_logs set action = action where ${ITS_ENTRY(3)}`;
      assert.deepEqual(await afterTampering(tenants, sql), []);
    });
  },
);

Deno.test(
  "Entries that are gone, exchanged, repeated or made up are found",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const entries = "public.audit_logs";
    const last = await countEntries(tenants);
    assert.ok(last > 5);
    const forged = (entry: number, previous: string) =>
      `do $$ declare v public.audit_logs; begin
       select * into strict v from ${entries} where ${ITS_ENTRY(5)};
       v.id := gen_random_uuid(); v.entry := ${entry}; v.action := 'forged';
       v.hash := private.audit_hash((select hash from ${entries} where ${previous}), v);
       insert into ${entries} values (v.*);
     end $$`;
    const cases: Record<string, [string, unknown[]]> = {
      "the first is gone": [`delete from ${entries} where ${ITS_ENTRY(1)}`, [[
        2,
        "missing_before",
      ]]],
      "one is gone": [`delete from ${entries} where ${ITS_ENTRY(3)}`, [[4, "missing_before"]]],
      "the last is gone": [`delete from ${entries} where ${ITS_ENTRY(last)}`, [[
        last,
        "missing_at_end",
      ]]],
      "the last three are gone": [
        `delete from ${entries} where subject_id = current_setting('test.subject')::uuid and entry > 2`,
        [[last, "missing_at_end"]],
      ],
      "two have changed places": [
        `update ${entries} set entry = 5 - entry where subject_id = current_setting('test.subject')::uuid and entry in (2, 3)`,
        [[2, "changed"], [3, "changed"], [4, "changed"]],
      ],
      "one is there twice": [
        `insert into ${entries} select gen_random_uuid(), created_at, subject_id, entry, actor, action, resource, resource_id, changes, hash, caller, request_id
         from ${entries} where ${ITS_ENTRY(3)}`,
        [[3, "changed"]],
      ],
      "one was put at the end": [forged(last + 1, ITS_ENTRY(last)), [[last + 1, "past_the_end"]]],
      "one was put in the place of another": [
        `${forged(4, ITS_ENTRY(3))}; delete from ${entries} where ${
          ITS_ENTRY(4)
        } and action <> 'forged'`,
        [[5, "changed"]],
      ],
      "the head is gone": [
        "delete from private.audit_heads where subject_id = current_setting('test.subject')::uuid",
        [[1, "without_head"]],
      ],
    };
    for (const [name, [sql, expected]] of Object.entries(cases)) {
      await t.step(name, async () => {
        const found = await afterTampering(tenants, sql);
        assert.deepEqual(found.slice(0, expected.length), expected, JSON.stringify(found));
      });
    }
  },
);

Deno.test("Cutting off the end of the chain shows too", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  const entries = await countEntries(tenants);
  await admin.query("set session_replication_role = replica");
  await admin.query("delete from public.audit_logs where entry = $1", [entries]);
  assert.equal(await brokenEntry(tenants), String(entries));
});

Deno.test("Sixty-four writers at once leave one chain without a gap", onPostgres, async () => {
  await using tenants = await createTenants();
  const { database, owner } = tenants;
  const before = await countEntries(tenants);
  const results = await withPool(
    database.url,
    64,
    (pool) =>
      Promise.allSettled(
        Array.from({ length: 256 }, (_, n) =>
          pool.query("select private.audit($1, 'test.write', 'test', null, $2)", [
            owner,
            JSON.stringify({ n }),
          ])),
      ),
  );
  assert.deepEqual(results.filter(({ status }) => status === "rejected"), []);
  assert.equal(await countEntries(tenants), before + 256);
  assert.equal(await brokenEntry(tenants), null);
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
      `select l.* from public.audit_logs l join private.audit_subjects s using (subject_id)
        where s.user_id = $1 order by entry desc limit 1`,
      [owner],
    );
    assert.deepEqual([entry?.action, entry?.actor, entry?.changes], [
      "ivr.menus.update",
      entry?.subject_id,
      {
        columns: ["prompt"],
      },
    ]);
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

Deno.test(
  "The trail says what kind of caller it was, and by which request",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, keyId } = tenants;
    const latest = async () => {
      const { rows: [entry] } = await admin.query(
        `select caller, request_id from public.audit_logs l join private.audit_subjects s using (subject_id)
          where s.user_id = $1 order by entry desc limit 1`,
        [owner],
      );
      return entry;
    };
    const write = () =>
      admin.query("select private.audit($1, 'test', 'test', null, '{}')", [owner]);
    await write();
    assert.deepEqual(await latest(), { caller: "database", request_id: null });
    for (
      const [claims, caller] of [
        [{ role: "authenticated", sub: owner }, "user"],
        [{ role: "authenticated", sub: owner, switchboard_key: keyId }, "api_key"],
        [{ role: "service_role" }, "service"],
      ]
    ) {
      await admin.query("begin");
      await admin.query(
        `select set_config('request.jwt.claims', $1, true), set_config('request.headers', '{"x-request-id": "r-1"}', true)`,
        [JSON.stringify(claims)],
      );
      await write();
      await admin.query("commit");
      assert.deepEqual(await latest(), { caller, request_id: "r-1" });
    }
    // The Data API passes on whatever a caller writes, and the trail outlives the caller.
    for (const id of ["ada@example.com", "Ada Lovelace", "r".repeat(129), ""]) {
      await admin.query("begin");
      await admin.query("select set_config('request.headers', $1, true)", [
        JSON.stringify({ "x-request-id": id }),
      ]);
      await write();
      await admin.query("commit");
      assert.deepEqual(await latest(), { caller: "database", request_id: null }, id);
    }
    assert.equal(await brokenEntry(tenants), null);
  },
);

Deno.test(
  "An entry that was made before callers were kept still verifies, and nothing can pass for one",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const subject = crypto.randomUUID();
    // As the first release wrote it.
    await admin.query(
      `with entry as (
         insert into public.audit_logs (id, created_at, subject_id, entry, actor, action, resource, changes, hash)
         select '5eed0000-0000-4000-8000-000000000001', now(), $1, 1, 'a', 'b', 'c', '{"d": 1}', sha256(convert_to(
           jsonb_build_array('5eed0000-0000-4000-8000-000000000001', extract(epoch from now())::text, $1::uuid, 1, 'a', 'b', 'c', null, '{"d": 1}'::jsonb)::text, 'UTF8'))
         returning hash)
       insert into private.audit_heads select $1, 1, hash from entry`,
      [subject],
    );
    const verify = async () =>
      (await admin.query("select private.verify_audit_chain($1) as entry", [subject])).rows[0];
    assert.deepEqual(await verify(), { entry: null });
    await admin.query("set session_replication_role = replica");
    for (const [caller, requestId] of [["user", null], [null, "r-1"], ["user", "r-1"]]) {
      await admin.query(
        "update public.audit_logs set caller = $2, request_id = $3 where subject_id = $1",
        [subject, caller, requestId],
      );
      assert.deepEqual(await verify(), { entry: "1" });
    }
  },
);

Deno.test(
  "Verifying names every broken entry to the operator, and to users those of their own",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const seenBy = async (role: "authenticated" | "service_role", userId: string | null) => {
      let seen: unknown[] = [];
      await actAs(admin, role, userId, async () => {
        seen = (await admin.query("select entry, problem from public.verify_audit_chain()")).rows;
      });
      return seen;
    };
    assert.deepEqual(await seenBy("service_role", null), []);
    await admin.query("set session_replication_role = replica");
    await admin.query(
      `update public.audit_logs l set changes = '{"forged": true}' from private.audit_subjects s
        where s.subject_id = l.subject_id and s.user_id = $1 and l.entry = 2`,
      [owner],
    );
    await admin.query("set session_replication_role = origin");
    const broken = [{ entry: "2", problem: "changed" }];
    assert.deepEqual(await seenBy("service_role", null), broken);
    assert.deepEqual(await seenBy("authenticated", owner), broken);
    assert.deepEqual(await seenBy("authenticated", stranger), []);
  },
);

Deno.test(
  "Months that are old enough go, and what follows them is still seen to follow",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    // The chain so far becomes that of an old month.
    await admin.query("select private.ensure_partitions('2020-01-01', 0)");
    await admin.query("set session_replication_role = replica");
    await admin.query(
      `do $$
       declare
         v_entry public.audit_logs;
         v_previous bytea;
       begin
         for v_entry in select * from public.audit_logs order by subject_id, entry loop
           v_previous := case when v_entry.entry = 1 then '' else v_previous end;
           delete from public.audit_logs where id = v_entry.id;
           v_entry.created_at := '2020-01-15';
           v_entry.hash := private.audit_hash(v_previous, v_entry);
           v_previous := v_entry.hash;
           insert into public.audit_logs values (v_entry.*);
           update private.audit_heads set hash = v_entry.hash where subject_id = v_entry.subject_id;
         end loop;
       end
       $$`,
    );
    await admin.query("set session_replication_role = origin");
    await admin.query("select private.audit($1, 'test', 'test', null, '{}')", [owner]);
    const entries = await countEntries(tenants);
    const broken = async () =>
      (await admin.query("select entry, problem from public.verify_audit_chain()")).rows;
    assert.deepEqual(await broken(), []);

    const cleanUp = (days: number) =>
      actAs(
        admin,
        "service_role",
        null,
        async () =>
          Number((await admin.query("select public.cleanup_old_logs($1) as n", [days])).rows[0]?.n),
        "commit",
      );
    assert.equal(await sqlState(() => cleanUp(0)), "PT422");
    assert.ok(await cleanUp(365) >= entries - 1);
    assert.equal(await cleanUp(365), 0);
    assert.deepEqual(await broken(), []);
    const { rows: left } = await admin.query(
      "select entry from public.audit_logs l join private.audit_subjects s using (subject_id) where s.user_id = $1",
      [owner],
    );
    assert.deepEqual(left, [{ entry: String(entries) }]);

    await admin.query("update private.audit_checkpoints set hash = '' where entries > 0");
    assert.ok((await broken()).some(({ entry }) => entry === String(entries)));
  },
);

Deno.test("Changes of the schema are in the project's own chain", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  await admin.query("create table public.left_open (id integer)");
  await admin.query("alter table public.left_open add column name text");
  await admin.query("drop table public.left_open");
  await admin.query("create temporary table passing (id integer)");
  const { rows } = await admin.query(
    `select action, changes from public.audit_logs l join private.audit_subjects s using (subject_id)
      where s.user_id = '00000000-0000-0000-0000-000000000000' order by entry desc limit 3`,
  );
  assert.deepEqual(rows.toReversed(), [
    { action: "schema.create-table", changes: { objects: ["public.left_open"] } },
    { action: "schema.alter-table", changes: { objects: ["public.left_open"] } },
    { action: "schema.drop-table", changes: { objects: ["public.left_open"] } },
  ]);
});
