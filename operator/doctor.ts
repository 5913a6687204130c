/**
 * Says what is wrong with the schema of a deployment, for people.
 *
 * Usage: deno task doctor, with the environment of the functions
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMigrations } from "#local/database/migrations.ts";
import { exitWith, LocalFailure } from "#local/failure.ts";
import { DATA, MIGRATIONS } from "#local/paths.ts";
import { readStackFile, StackFileError } from "#local/phone/mod.ts";
import { orUsage } from "#local/usage.ts";
import { EXPECTED_SCHEMA } from "#shared/db/expected_schema.ts";
import { checkSchema } from "#shared/db/schema_health.ts";
import { setEnvironment } from "#shared/env.ts";
import { formatHealth } from "./doctor/format.ts";
import { explained } from "./explained.ts";

const HELP = `Says what is wrong with the schema of a deployment, and with what runs beside it.

Usage: deno task doctor [options], with SUPABASE_URL, SUPABASE_PUBLISHABLE_KEYS and
SUPABASE_SECRET_KEYS in the environment

  --local      the stack that runs on this machine, instead
  --data DIR   its data folder, where local.json is   (supabase/.temp)
  --json       print the report for programs
  --help       print this

The exit code is 1 where something failed.`;

/** Asks, prints the report and gives the exit code. */
async function main(args: string[]): Promise<number> {
  const { values: { data, help, json, local } } = orUsage(() =>
    parseArgs({
      args,
      options: {
        data: { type: "string", default: DATA },
        help: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        local: { type: "boolean", default: false },
      },
    })
  );
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (local) setEnvironment(await environmentOfStack(data));
  // The files that are here, also where nobody has written down yet what they make.
  const migrations = (await readMigrations(MIGRATIONS)).map(({ version }) => version);
  const health = await checkSchema({ ...EXPECTED_SCHEMA, migrations });
  console.log(json ? JSON.stringify(health, null, 2) : formatHealth(health));
  return health.is_healthy ? 0 : 1;
}

/** What the functions of the running stack are told, as far as it is needed here. */
async function environmentOfStack(data: string): Promise<Record<string, string>> {
  try {
    const stack = await readStackFile(join(data, "local.json"));
    return {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
    };
  } catch (error) {
    if (error instanceof StackFileError) throw new LocalFailure(error.message);
    throw error;
  }
}

if (import.meta.main) await exitWith(explained(() => main(Deno.args)));
