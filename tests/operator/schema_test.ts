import assert from "node:assert/strict";
import { ROOT } from "#local/paths.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "#operator/schema/dump.ts";
import { EXPECTED_SCHEMA_FILE, expectedSchema } from "#operator/schema/expected.ts";
import { generateTypes, TYPES } from "#operator/schema/types.ts";
import { supabase } from "#operator/supabase_cli.ts";
import { clusterUrl, createDatabase, databaseUrl, onPostgres } from "#tests/support/databases.ts";
import { CRON_DATABASE, findPostgres, hasExtension } from "#tests/support/postgres.ts";

const postgres = await findPostgres();

/** Only the version that made the dump writes it alike. */
const onDumpVersion = { ignore: onPostgres.ignore || postgres?.version !== DUMP_VERSION };

const hasCron = postgres !== undefined && await hasExtension(postgres.directory, "pg_cron");

/** Where there is no cron, no job was scheduled. */
const withCron = { ignore: onPostgres.ignore || !hasCron };

/** Without pg_cron the linter would miss it; without its extension it cannot read functions at all. */
const withLinter = {
  ignore: onPostgres.ignore || postgres === undefined || !hasCron ||
    !await hasExtension(postgres.directory, "plpgsql_check"),
};

Deno.test("supabase/schema.sql is what the migrations make", onDumpVersion, async () => {
  assert.ok(postgres);
  await using database = await createDatabase();
  const dump = await dumpSchema(postgres.directory, database.url);
  assertUpToDate(await Deno.readTextFile(SCHEMA_DUMP), dump, "deno task schema:dump");
});

Deno.test(
  "shared/db/types.ts is what the CLI makes of the migrated database",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const types = await generateTypes(database.url);
    assertUpToDate(await Deno.readTextFile(TYPES), types, "deno task types");
  },
);

Deno.test("shared/db/expected_schema.ts is what the migrations make", withCron, async () => {
  const expected = await expectedSchema(databaseUrl(clusterUrl(), CRON_DATABASE));
  assertUpToDate(await Deno.readTextFile(EXPECTED_SCHEMA_FILE), expected, "deno task schema");
});

Deno.test("the advisors have nothing to warn of", onPostgres, async () => {
  await using database = await createDatabase();
  const { success, stdout, stderr } = await supabase(
    ["db", "advisors", `--remote=${database.url}`, "--type=all", "--level=warn", "--fail-on=warn"],
    { cwd: ROOT },
  );
  assert.ok(success, stdout + stderr);
});

Deno.test("the linter has nothing to warn of", withLinter, async () => {
  const url = databaseUrl(clusterUrl(), CRON_DATABASE);
  const { success, stdout, stderr } = await supabase(
    [
      "db",
      "lint",
      `--remote=${url}`,
      "--schema=public,private",
      "--level=warning",
      "--fail-on=warning",
    ],
    { cwd: ROOT },
  );
  assert.ok(success, stdout + stderr);
});

/** Says where two texts part and what puts it right, rather than print both. */
function assertUpToDate(committed: string, made: string, command: string): void {
  if (committed === made) return;
  const [left, right] = [committed.split("\n"), made.split("\n")];
  const at = right.findIndex((line, n) => line !== left[n]);
  const line = at < 0 ? right.length : at;
  assert.fail(
    `Run \`${command}\` and commit: line ${line + 1} is\n  ${left[line]}\nand should be\n  ${
      right[line]
    }`,
  );
}
