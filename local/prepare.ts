import { parseArgs } from "node:util";
import postgres from "postgres";
import { applyPlatform } from "./database/platform.ts";
import { PostgresDatabase } from "./database/postgres_database.ts";
import { parseDatabaseUrl, reach } from "./database/postgres_server.ts";
import { exitWith } from "./failure.ts";
import { orUsage } from "./usage.ts";

const HELP =
  `Puts on an empty Postgres (15 or later) what the platform would have there, so that the
migrations can be pushed to it. Safe to run twice; refuses a hosted project.

Usage: deno task db:prepare --database-url postgres://user:password@host:port/database`;

/** Prepares the database that the arguments name and gives the exit code. */
async function main(args: string[]): Promise<number> {
  const { url, help } = parse(args);
  if (help) {
    console.log(HELP);
    return 0;
  }
  parseDatabaseUrl(url);
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice() {} });
  try {
    const database = new PostgresDatabase(sql);
    await reach(url, () => database.query("select 1"));
    const outcome = await applyPlatform(database);
    console.log(outcome === "applied" ? "The database is prepared" : "The database was prepared");
    return 0;
  } finally {
    await sql.end();
  }
}

function parse(args: string[]): { url: string; help: boolean } {
  const { values } = orUsage(() =>
    parseArgs({
      args,
      options: {
        help: { type: "boolean", default: false },
        "database-url": { type: "string", default: "" },
      },
    })
  );
  return { url: values["database-url"], help: values.help };
}

if (import.meta.main) await exitWith(main(Deno.args));
