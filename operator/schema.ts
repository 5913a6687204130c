import { parseArgs } from "node:util";
import { exitWith, LocalFailure } from "#local/failure.ts";
import { orUsage } from "#local/usage.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "./schema/dump.ts";
import { EXPECTED_SCHEMA_FILE, expectedSchema } from "./schema/expected.ts";
import { type MigratedDatabase, migratedDatabase } from "./schema/migrated_database.ts";
import { generateTypes, TYPES } from "./schema/types.ts";

/** What can be written, and how. */
const WRITERS: Readonly<Record<string, (database: MigratedDatabase) => Promise<void>>> = {
  dump: writeDump,
  types: async ({ url }) => await Deno.writeTextFile(TYPES, await generateTypes(url)),
  expected: async ({ url }) =>
    await Deno.writeTextFile(EXPECTED_SCHEMA_FILE, await expectedSchema(url)),
};

const HELP = `Writes what follows from the migrations: supabase/schema.sql, shared/db/types.ts and
shared/db/expected_schema.ts.

Usage: deno task schema [options]

  --only dump|types|expected   write this one alone
  --help                       print this`;

/** Writes what the arguments ask for and gives the exit code. */
async function main(args: string[]): Promise<number> {
  const { values: { help, only } } = orUsage(() =>
    parseArgs({
      args,
      options: { help: { type: "boolean", default: false }, only: { type: "string" } },
    })
  );
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (only !== undefined && !Object.hasOwn(WRITERS, only)) {
    throw new LocalFailure(`--only must be one of ${Object.keys(WRITERS).join(", ")}`);
  }
  await using database = await migratedDatabase();
  for (const [name, write] of Object.entries(WRITERS)) {
    if (only === undefined || only === name) await write(database);
  }
  return 0;
}

async function writeDump(database: MigratedDatabase): Promise<void> {
  if (database.version !== DUMP_VERSION) {
    throw new LocalFailure(
      `The dump is made with PostgreSQL ${DUMP_VERSION}, and this machine's newest is ${database.version}`,
    );
  }
  await Deno.writeTextFile(SCHEMA_DUMP, await dumpSchema(database.directory, database.url));
}

if (import.meta.main) await exitWith(main(Deno.args));
