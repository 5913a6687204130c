import assert from "node:assert/strict";
import { onPostgres } from "#tests/support/databases.ts";
import { createTenants } from "#tests/support/tenants.ts";

Deno.test(
  "Every column that holds something sealed is known to the rotation of keys",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const { rows: columns } = await admin.query<{ relation: string; name: string }>(
      `select a.attrelid::regclass::text as relation, a.attname as name
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
          and not a.attisdropped and a.atttypid in ('text'::regtype, 'jsonb'::regtype) order by 1, 2`,
    );
    const sealed: string[] = [];
    for (const { relation, name } of columns) {
      const { rowCount } = await admin.query(
        `select from ${relation} where "${name}"::text ~ '(^|")[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+("|$)' limit 1`,
      );
      if (rowCount) sealed.push(`${relation}.${name}`);
    }
    const { rows: known } = await admin.query<{ column: string }>(
      `select relation::text || '.' || column_name as column from private.sealed_columns order by 1`,
    );
    assert.deepEqual(known.map(({ column }) => column), sealed.toSorted());
  },
);
