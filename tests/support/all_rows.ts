// @ts-types="@types/pg"
import pg from "pg";

/** Every row of every table of ours, by table and primary key. */
export type AllRows = ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>;

/** Reads a whole database; partitions are read through their parents. */
export async function allRows(url: string): Promise<AllRows> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; key: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name,
          (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_index i
             join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
            where i.indrelid = c.oid and i.indisprimary) as key
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
          and (n.nspname in ('public', 'private') or (n.nspname, c.relname) = ('auth', 'users'))
        order by 1`,
    );
    const all = new Map<string, Map<string, Record<string, unknown>>>();
    for (const { name, key } of tables) {
      const { rows } = await client.query<{ key: string; row: Record<string, unknown> }>(
        `select jsonb_build_array(${key})::text as key, to_jsonb(t) as row from ${name} t`,
      );
      all.set(name, new Map(rows.map(({ key, row }) => [key, row])));
    }
    return all;
  } finally {
    await client.end();
  }
}
