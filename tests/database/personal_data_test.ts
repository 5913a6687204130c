import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

const part = z.object({ lines: z.string(), rows: z.number(), after: z.unknown() });

/** What a function of the service answers. */
async function ask<Schema extends z.ZodType>(
  { admin }: Tenants,
  call: string,
  values: readonly unknown[],
  schema: Schema,
): Promise<z.output<Schema>> {
  return await actAs(admin, "service_role", null, async () => {
    const { rows: [row] } = await admin.query(`select public.${call} as answer`, [...values]);
    return schema.parse(row?.answer);
  }, "commit");
}

const personalTables = z.array(z.object({
  name: z.string(),
  withheld: z.array(z.string()),
  opened: z.array(z.string()),
}));

/** Everything that an export reads of a user, so many rows at a time. */
async function exportOf(tenants: Tenants, userId: string, rowsAtOnce = 500) {
  const tables = await ask(tenants, "describe_personal_tables()", [], personalTables);
  const exported = new Map<string, unknown[]>();
  for (const { name } of tables) {
    const rows: unknown[] = [];
    let after: unknown = null;
    do {
      const read = await ask(tenants, "read_personal_rows($1, $2, $3, $4, 1000000)", [
        userId,
        name,
        after === null ? null : JSON.stringify(after),
        rowsAtOnce,
      ], part);
      const lines = read.lines === "" ? [] : read.lines.split("\n");
      assert.equal(lines.length, read.rows);
      rows.push(...lines.map((line): unknown => JSON.parse(line)));
      after = read.after;
    } while (after !== null);
    exported.set(name, rows);
  }
  return exported;
}

/** Every table of ours and of the auth service, whether or not anyone has said what it holds. */
async function everyTable({ admin }: Tenants): Promise<{ name: string; partitioned: boolean }[]> {
  const { rows } = await admin.query<{ name: string; partitioned: boolean }>(
    `select format('%s.%s', n.nspname, c.relname) as name, c.relkind = 'p' as partitioned
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private', 'auth', 'storage') and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  return rows;
}

/** Objects in every bucket, as if they had been uploaded, one of them outside the owner's folder. */
async function fillBuckets({ admin, owner, stranger }: Tenants): Promise<void> {
  await admin.query(
    `insert into storage.objects (bucket_id, name, owner_id)
       select b.id, u.id || '/' || n || '.bin', null from storage.buckets b, unnest($1::text[]) u (id), generate_series(1, 3) n
     union all select min(id), 'elsewhere.bin', $2 from storage.buckets`,
    [[owner, stranger], owner],
  );
}

Deno.test(
  "An export has every row of a user in every table there is, a part at a time or all at once",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const [all, byOnes] = [await exportOf(tenants, owner), await exportOf(tenants, owner, 1)];
    assert.deepEqual(byOnes, all);
    const ofStranger = await exportOf(tenants, stranger);
    const nobodys = [
      ...["event_types", "request_limits", "table_classes", "sealed_columns"],
      ...["maintenance_runs", "retention_policies", "retention_tables"],
    ];
    for (const { name } of await everyTable(tenants)) {
      if (name.startsWith("storage.") || nobodys.includes(name.replace("private.", ""))) continue;
      const { rows: [there] } = await admin.query<{ n: string }>(
        // The project's own trail is nobody's, and neither are counts of addresses.
        `select count(*) as n from ${name} t where to_jsonb(t)::text not like '% address %'
           and coalesce(to_jsonb(t) ->> 'user_id', '') <> '00000000-0000-0000-0000-000000000000'
           and not exists (select from private.audit_subjects s
             where s.user_id = '00000000-0000-0000-0000-000000000000' and s.subject_id::text = to_jsonb(t) ->> 'subject_id')`,
      );
      const exported = all.get(name)?.length ?? 0;
      assert.equal(exported + (ofStranger.get(name)?.length ?? 0), Number(there?.n), name);
      if (name.startsWith("auth.") && name !== "auth.users") continue;
      assert.ok(exported > 0, `${name} has no row, so that leaving none out proves nothing`);
    }
  },
);

Deno.test("An export has no secret, sealed or hashed", onPostgres, async () => {
  await using tenants = await createTenants();
  const described = await ask(tenants, "describe_personal_tables()", [], personalTables);
  const opened = described.filter(({ opened }) => opened.length > 0);
  assert.deepEqual(opened.map(({ name, opened }) => [name, opened]), [
    ["private.call_texts", ["sealed"]],
    ["public.webhook_events", ["sealed"]],
  ]);
  const exported = await exportOf(tenants, tenants.owner);
  // What the export opens is sealed as it is read.
  const asRead = (name: string, value: unknown) => name === "sealed" ? undefined : value;
  for (const { name } of opened) {
    exported.set(name, JSON.parse(JSON.stringify(exported.get(name), asRead)));
  }
  const text = JSON.stringify([...exported]);
  // A compact JWE, a hash in hex, and bytes of one.
  assert.doesNotMatch(text, /e30\.\.AA\.AA\.AA|[A-Za-z0-9_-]{2,}\.\.[\w-]+\.[\w-]+\.[\w-]+/);
  assert.doesNotMatch(text, /\b[0-9a-f]{64}\b|\\\\x[0-9a-f]{32}/);
});

Deno.test(
  "A part of an export ends with the row that goes past its bytes, and loses no digit of a number",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await admin.query(
      `insert into public.webhook_events (user_id, type, payload)
         select $1, 'custom.big', repeat('x', 1000) from generate_series(1, 10)`,
      [owner],
    );
    const read = await ask(
      tenants,
      "read_personal_rows($1, 'public.webhook_events', null, 100, 2500)",
      [owner],
      part,
    );
    assert.ok(read.rows < 10 && read.lines.length > 2500 && read.lines.length < 5500);
    assert.ok(Array.isArray(read.after));
    await admin.query(
      `update public.agents set description = '9007199254740993', name = 'ü–🙂' where user_id = $1`,
      [owner],
    );
    const agents = await ask(
      tenants,
      "read_personal_rows($1, 'public.agents', null, 100, 2500)",
      [owner],
      part,
    );
    assert.match(agents.lines, /"9007199254740993"/);
    assert.match(agents.lines, /ü–🙂/);
  },
);

for (
  const [what, sql] of [
    ["with a column user_id", "create table public.unknown (id uuid primary key, user_id uuid)"],
    ["without any", "create table private.unknown (id uuid primary key)"],
    [
      "in a schema of its own",
      "create schema extra; create table extra.unknown (id uuid primary key, user_id uuid)",
    ],
  ] as const
) {
  Deno.test(
    `A table that nobody has classed, ${what}, stops exports and erasures`,
    onPostgres,
    async () => {
      await using tenants = await createTenants();
      const { admin, owner } = tenants;
      await admin.query(sql);
      const refused = (call: string, values: readonly unknown[] = []) =>
        sqlState(() => ask(tenants, call, values, z.unknown()));
      assert.equal(await refused("describe_personal_tables()"), "PT500");
      assert.equal(await refused("list_erasure_order()"), "PT500");
      assert.equal(await refused("count_personal_rows($1)", [owner]), "PT500");
    },
  );
}

Deno.test(
  "A class that the columns contradict stops exports and erasures too",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    for (
      const [columns, handling] of [["user_id uuid", "nobody"], ["note text", "owned"], [
        "menu_id uuid references public.ivr_menus",
        "nobody",
      ]] as const
    ) {
      await admin.query("begin");
      await admin.query(`create table public.unknown (id uuid primary key, ${columns})`);
      await admin.query(
        `insert into private.table_classes (name, handling) values ('public.unknown', $1)`,
        [handling],
      );
      assert.equal(
        await sqlState(() => admin.query("select private.personal_tables()")),
        "PT500",
        columns,
      );
      await admin.query("rollback");
    }
  },
);

Deno.test(
  "A table that is classed is exported and erased, however many foreign keys lie between it and the user",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, menuId } = tenants;
    await admin.query(
      `create table public.notes (id uuid primary key default gen_random_uuid(), menu_id uuid references public.ivr_menus);
       create table public.remarks (id uuid primary key default gen_random_uuid(), note_id uuid references public.notes);
       insert into private.table_classes (name, handling) values ('public.notes', 'owned'), ('public.remarks', 'owned');
       with note as (insert into public.notes (menu_id) values ('${menuId}') returning id)
         insert into public.remarks (note_id) select id from note`,
    );
    const exported = await exportOf(tenants, owner);
    assert.deepEqual(
      [exported.get("public.notes")?.length, exported.get("public.remarks")?.length],
      [
        1,
        1,
      ],
    );
    const order = await ask(tenants, "list_erasure_order()", [], z.array(z.string()));
    assert.ok(order.indexOf("public.remarks") < order.indexOf("public.notes"));
    assert.ok(order.indexOf("public.notes") < order.indexOf("public.ivr_menus"));
    assert.equal(order.at(-1), "auth.users");
  },
);

/** Erases an account as the job does, so many rows at a time, objects as the storage service would. */
async function erase(tenants: Tenants, userId: string, rowsAtOnce = 2): Promise<unknown> {
  const { admin } = tenants;
  await admin.query("select public.request_account_deletion($1, 0)", [userId]);
  const job = z.object({ id: z.string(), fence: z.number(), kind: z.string() });
  // The owner's export is under way as well: whichever is claimed first, the erasure ends it.
  await admin.query(
    "update private.jobs set due_at = now() - interval '1 h' where kind = 'account.erase'",
  );
  const { id, fence, kind } = await ask(tenants, "claim_job(60)", [], job);
  assert.equal(kind, "account.erase");
  assert.equal(await ask(tenants, "begin_erasure($1, $2)", [id, fence], z.boolean()), true);
  for (const table of await ask(tenants, "list_erasure_order()", [], z.array(z.string()))) {
    const erased = () =>
      ask(tenants, "erase_personal_rows($1, $2, $3)", [userId, table, rowsAtOnce], z.number());
    while (await erased() > 0);
  }
  const remains = z.record(z.string(), z.number());
  const kept = await ask(tenants, "finish_erasure($1, $2)", [id, fence], remains);
  assert.ok((kept["storage.objects"] ?? 0) > 0, "objects hold the end of an erasure up");
  const objects = z.array(z.object({ bucket: z.string(), name: z.string() }));
  for (
    const { bucket, name } of await ask(tenants, "list_personal_objects($1, null, null, 1000)", [
      userId,
    ], objects)
  ) {
    await admin.query("select set_config('storage.allow_delete_query', 'true', false)");
    await admin.query("delete from storage.objects where bucket_id = $1 and name = $2", [
      bucket,
      name,
    ]);
  }
  return await ask(tenants, "finish_erasure($1, $2)", [id, fence], remains);
}

/** The whole database as text, as a dump of it would be. */
async function dump(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'supabase_migrations')`,
  );
  const texts: string[] = [];
  for (const { name } of rows) {
    const table = await admin.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...table.rows.map(({ row }) => `${name} ${row}`));
  }
  return texts.join("\n");
}

Deno.test(
  "An erasure leaves nothing of its user in any table, and everything of everybody else",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    await fillBuckets(tenants);
    await actAs(admin, "authenticated", stranger, async () => {
      await admin.query("insert into public.agents (name) values ('Of the stranger')");
      await admin.query("select public.record_consent('recordings', true, '1')");
    }, "commit");
    const theirs = await exportOf(tenants, stranger);
    const subject = await admin.query<{ id: string }>(
      "select subject_id as id from private.audit_subjects where user_id = $1",
      [owner],
    );
    const before = await dump(admin);
    assert.ok(before.includes(owner) && before.includes("owner@example.com"));

    assert.deepEqual(await erase(tenants, owner), {});
    const after = await dump(admin);
    const traces = after.split("\n").filter((row) =>
      [owner, "owner@example.com", "+15550100123"].some((trace) => row.includes(trace)) ||
      row.includes(tenants.keyId) && !row.startsWith("private.audit_logs_")
    );
    assert.deepEqual(traces, []);
    // The trail keeps what was done, by a subject that is nobody's name.
    const subjectId = subject.rows[0]?.id ?? "";
    assert.ok(after.includes(subjectId));
    const { rows: [chain] } = await admin.query(
      "select private.verify_audit_chain($1) as broken, (select action from public.audit_logs where subject_id = $1 order by entry desc limit 1) as last",
      [subjectId],
    );
    assert.deepEqual(chain, { broken: null, last: "account.erase" });
    assert.deepEqual(await exportOf(tenants, stranger), theirs);
    assert.deepEqual(await ask(tenants, "count_personal_rows($1)", [owner], z.unknown()), {});
  },
);

Deno.test(
  "An erasure does not end while something is left, nor for a worker that has lost it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await admin.query("select public.request_account_deletion($1, 0)", [owner]);
    await admin.query(
      "update private.jobs set due_at = now() - interval '1 h' where kind = 'account.erase'",
    );
    const job = z.object({ id: z.string(), fence: z.number() });
    const { id, fence } = await ask(tenants, "claim_job(60)", [], job);
    const remains = z.record(z.string(), z.number());
    const left = await ask(tenants, "finish_erasure($1, $2)", [id, fence], remains);
    assert.ok((left["public.ivr_menus"] ?? 0) > 0);
    const { rows: [still] } = await admin.query(
      "select state, user_id from private.jobs where id = $1",
      [id],
    );
    assert.deepEqual(still, { state: "queued", user_id: owner });
    const late = () => ask(tenants, "finish_erasure($1, $2)", [id, fence - 1], remains);
    assert.equal(await sqlState(late), "PT409");
    assert.equal(
      await sqlState(() => ask(tenants, "begin_erasure($1, $2)", [id, fence - 1], z.boolean())),
      "PT409",
    );
  },
);

Deno.test("Users can neither read what there is of others nor erase it", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, stranger } = tenants;
  for (
    const call of [
      "public.read_personal_rows($1, 'public.agents', null, 1, 1)",
      "public.erase_personal_rows($1, 'public.agents', 1)",
      "public.count_personal_rows($1)",
      "public.list_personal_objects($1, null, null, 1)",
      "public.request_account_deletion($1, 0)",
      "private.request_account_deletion($1, 0)",
      "private.erase_personal_rows($1, 'public.agents', 1)",
    ]
  ) {
    for (const caller of [owner, stranger]) {
      const state = await sqlState(() =>
        actAs(admin, "authenticated", caller, () => admin.query(`select ${call}`, [owner]))
      );
      assert.equal(state, "42501", call);
    }
  }
});
