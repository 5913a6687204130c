import { parseArgs } from "node:util";
import { exitWith, LocalFailure } from "#local/failure.ts";
import { orUsage } from "#local/usage.ts";
import { DUMP_VERSION, dumpSchema, SCHEMA_DUMP } from "./schema/dump.ts";
import { migratedDatabase } from "./schema/migrated_database.ts";
import { generateTypes, TYPES } from "./schema/types.ts";

const HELP = `Writes what follows from the migrations: supabase/schema.sql and shared/db/types.ts.

Usage: deno task schema [options]

  --only dump|types   write this one alone
  --help              print this`;

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
  if (only !== undefined && only !== "dump" && only !== "types") {
    throw new LocalFailure("--only must be dump or types");
  }
  await using database = await migratedDatabase();
  if (only !== "types") await writeDump(database);
  if (only !== "dump") await Deno.writeTextFile(TYPES, await generateTypes(database.url));
  return 0;
}

async function writeDump(database: { directory: string; version: number; url: string }) {
  if (database.version !== DUMP_VERSION) {
    throw new LocalFailure(
      `The dump is made with PostgreSQL ${DUMP_VERSION}, and this machine's newest is ${database.version}`,
    );
  }
  await Deno.writeTextFile(SCHEMA_DUMP, await dumpSchema(database.directory, database.url));
}

if (import.meta.main) await exitWith(main(Deno.args));
