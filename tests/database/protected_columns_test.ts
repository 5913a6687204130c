import assert from "node:assert/strict";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";
import { WRITABLE } from "#tests/support/writable_columns.ts";

/** A value of a type that differs from whatever the row holds. */
const OTHER_VALUE: Record<string, string> = {
  "numeric": "424242",
  "text": "'another'",
  "uuid": "gen_random_uuid()",
  "integer": "424242",
  "bigint": "424242",
  "boolean": "null",
  "jsonb": `'{"another": true}'`,
  "bytea": "'another'",
  "ARRAY": "'{}'",
  "timestamp with time zone": "'2001-01-01'",
};

/** Refusals: no privilege or policy, one of our own, a generated column, a computed one of a view. */
const REFUSED = ["42501", "PT403", "428C9", "0A000"];

Deno.test("No owner can set a protected column of a row of theirs", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { rows: columns } = await admin.query<{ table: string; column: string; type: string }>(
    `select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'public' order by 1, ordinal_position`,
  );
  for (const { table, column, type } of columns) {
    if (WRITABLE[table]?.includes(column)) continue;
    const value = OTHER_VALUE[type] ?? assert.fail(`No value of type ${type}`);
    const state = await sqlState(() =>
      actAs(
        admin,
        "authenticated",
        owner,
        () => admin.query(`update public.${table} set ${column} = ${value}`),
      )
    );
    assert.ok(state !== null && REFUSED.includes(state), `update of ${table}.${column}: ${state}`);
  }
});

Deno.test("No owner can bring a protected column along with a new row", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, menuId, connectionId } = tenants;
  const required: Record<string, Record<string, string>> = {
    agents: { name: "'x'" },
    ivr_menus: { name: "'x'", prompt: "'x'" },
    phone_numbers: {
      number: "'+15550100177'",
      connection_id: `'${connectionId}'`,
      menu_id: `'${menuId}'`,
    },
  };
  const { rows: columns } = await admin.query<{ table: string; column: string; type: string }>(
    `select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'public' order by 1, ordinal_position`,
  );
  for (const { table, column, type } of columns) {
    if (WRITABLE[table]?.includes(column)) continue;
    const values = { ...required[table], [column]: OTHER_VALUE[type] ?? assert.fail(type) };
    const state = await sqlState(() =>
      actAs(
        admin,
        "authenticated",
        owner,
        () =>
          admin.query(
            `insert into public.${table} (${Object.keys(values)}) values (${
              Object.values(values)
            })`,
          ),
      )
    );
    assert.ok(state !== null && REFUSED.includes(state), `insert of ${table}.${column}: ${state}`);
  }
});

Deno.test(
  "What an owner may write is accepted, so that the refusals above mean something",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await actAs(admin, "authenticated", owner, async () => {
      const { rowCount } = await admin.query(
        "update public.ivr_menus set name = 'Renamed', timeout = 7000",
      );
      assert.equal(rowCount, 1);
      assert.equal(
        (await admin.query("update public.phone_connections set enabled = false")).rowCount,
        1,
      );
      assert.equal(
        (await admin.query("update public.phone_numbers set label = 'Front desk'")).rowCount,
        1,
      );
      assert.equal((await admin.query("delete from public.phone_numbers")).rowCount, 1);
    });
  },
);

Deno.test(
  "A row cannot be pointed at another tenant's menu, connection or account",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, stranger, menuId, connectionId, owner } = tenants;
    const attempts: Record<string, string> = {
      "a number on the owner's connection":
        `insert into public.phone_numbers (connection_id, number) values ('${connectionId}', '+15550100177')`,
      "a menu below the owner's":
        `insert into public.ivr_menus (name, prompt, parent_menu_id) values ('x', 'x', '${menuId}')`,
      "a menu in the owner's name":
        `insert into public.ivr_menus (name, prompt, user_id) values ('x', 'x', '${owner}')`,
    };
    for (const [what, sql] of Object.entries(attempts)) {
      const state = await sqlState(() =>
        actAs(admin, "authenticated", stranger, () => admin.query(sql))
      );
      assert.ok(state === "23503" || state === "42501", `${what}: ${state}`);
    }
  },
);

Deno.test(
  "What deliveries alone write is refused to owners even where a platform grants it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await admin.query("grant all on all tables in schema public to authenticated");
    for (const table of ["webhooks", "webhook_events", "webhook_logs"]) {
      const writes = [
        `insert into public.${table} select * from public.${table} where false`,
        `update public.${table} set created_at = now()`,
        `delete from public.${table}`,
      ];
      for (const sql of writes) {
        const write = () => actAs(admin, "authenticated", owner, () => admin.query(sql));
        assert.equal(await sqlState(write), "PT403", sql);
      }
    }
  },
);
