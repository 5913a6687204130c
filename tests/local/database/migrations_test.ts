import assert from "node:assert/strict";
import { LocalFailure } from "#local/failure.ts";
import { migrate, type Migration, readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS } from "#local/paths.ts";
import { testStack } from "#tests/support/stack.ts";

function migration(version: string, name: string, sql: string): Migration {
  return { version, name, sql, file: `${version}_${name}.sql` };
}

Deno.test("migrations", async (t) => {
  await using stack = await testStack();
  const { database } = stack;
  const ours = await readMigrations(MIGRATIONS);
  const things = migration("29990101000000", "things", "create table public.things (id integer);");

  await t.step("are read in the order of their versions, each with its text", () => {
    assert.ok(ours.length > 0);
    assert.deepEqual(ours.map(({ version }) => version), ours.map(({ version }) => version).sort());
    for (const { file, version, name } of ours) assert.equal(file, `${version}_${name}.sql`);
  });

  await t.step("that were applied are not applied again", async () => {
    assert.deepEqual(await migrate(database, ours), []);
    assert.deepEqual(await migrate(database, [...ours, things]), [things]);
    assert.deepEqual(await migrate(database, [...ours, things]), []);
  });

  await t.step("are kept in the history as the CLI keeps them", async () => {
    const rows = await database.query(
      "select version, name, statements from supabase_migrations.schema_migrations order by version desc limit 1",
    );
    assert.deepEqual(rows, [
      { version: things.version, name: things.name, statements: [things.sql] },
    ]);
  });

  await t.step("may have been split by the CLI", async () => {
    await database.exec(
      `update supabase_migrations.schema_migrations set statements = array['create table public.things (id integer)', '']
        where version = '${things.version}'`,
    );
    assert.deepEqual(await migrate(database, [...ours, things]), []);
  });

  await t.step("that fail leave neither their tables nor a row", async () => {
    const broken = migration(
      "29990101000001",
      "broken",
      "create table public.half (id integer); select 1 / 0;",
    );
    await assert.rejects(
      migrate(database, [...ours, things, broken]),
      new LocalFailure(`Migration ${broken.file} failed: division by zero`),
    );
    const [row] = await database.query(
      `select to_regclass('public.half') as half, (select count(*)::integer
        from supabase_migrations.schema_migrations where version = '${broken.version}') as rows`,
    );
    assert.deepEqual(row, { half: null, rows: 0 });
  });

  await t.step("that were changed after they were applied are refused", async () => {
    const changed = { ...things, sql: "create table public.things (id bigint);" };
    await assert.rejects(migrate(database, [...ours, changed]), {
      name: "LocalFailure",
      message:
        `supabase/migrations/${things.file} was changed after it was applied; put it back, or begin again with --fresh`,
    });
  });

  await t.step("that this clone does not know are refused", async () => {
    await assert.rejects(migrate(database, ours), {
      name: "LocalFailure",
      message:
        `The data is of another version of Switchboard: it has migration ${things.version}, which is not in supabase/migrations here`,
    });
  });
});
