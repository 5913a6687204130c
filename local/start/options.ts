import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { parseDatabaseUrl } from "../database/postgres_server.ts";
import { LocalFailure } from "../failure.ts";
import { orUsage } from "../usage.ts";

/** The port of the whole API, as the platform's own local stack has it. */
const DEFAULT_PORT = 54321;

export const HELP = `Starts the whole backend on this machine, takes a demonstration call, stays up.

Usage: deno task start [options]

  --port N            listen at this port, and at the next one for providers  (${DEFAULT_PORT})
                      0 takes any two that are free
  --data DIR          keep the data in this folder                  (supabase/.temp)
  --fresh             forget what is there and begin again
  --database-url URL  use this Postgres (15 or later) instead of the embedded one
  --no-demo           no demo tenant, no demonstration call
  --with-page         the Studio and a page to try the API on, at the port after those
  --help              print this

SWITCHBOARD_PUBLIC_URL, SWITCHBOARD_ALLOWED_ORIGINS, SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS,
SWITCHBOARD_DISPATCH_KICK, SWITCHBOARD_JOBS_PAUSED, SWITCHBOARD_RETELL_URL,
SWITCHBOARD_DELETION_GRACE_DAYS and SWITCHBOARD_LOG_LEVEL are passed on to the functions. Ctrl-C stops.`;

/** What the command line asks for. */
export interface Options {
  readonly port: number;
  /** The folder for data, absolute; undefined is the clone's own. */
  readonly data: string | undefined;
  readonly fresh: boolean;
  readonly databaseUrl: string | undefined;
  readonly demo: boolean;
  /** Whether to serve the Studio and the page of the API too. */
  readonly page: boolean;
}

/**
 * Reads the command line.
 *
 * @returns undefined where it asks for help.
 * @throws {LocalFailure} for what it does not understand.
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = orUsage(() =>
    parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", default: false },
        port: { type: "string" },
        data: { type: "string" },
        fresh: { type: "boolean", default: false },
        "database-url": { type: "string" },
        "no-demo": { type: "boolean", default: false },
        "with-page": { type: "boolean", default: false },
      },
    })
  );
  if (values.help) return undefined;
  const databaseUrl = values["database-url"];
  if (databaseUrl !== undefined) parseDatabaseUrl(databaseUrl);
  if (databaseUrl !== undefined && values.fresh) {
    throw new LocalFailure(
      "--fresh forgets what is in the data folder and nothing else; empty the database of " +
        "--database-url yourself",
    );
  }
  if (values.data === "") throw new LocalFailure("--data needs a folder");
  return {
    port: parsePort(values.port, values["with-page"] ? 2 : 1),
    data: values.data === undefined ? undefined : resolve(values.data),
    fresh: values.fresh,
    databaseUrl,
    demo: !values["no-demo"],
    page: values["with-page"],
  };
}

/** @param further how many ports after it are taken too. */
function parsePort(text: string | undefined, further: number): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  const last = 65_535 - further;
  if (!/^\d{1,5}$/.test(text) || port > last) {
    throw new LocalFailure(`--port must be a number from 0 to ${last}`);
  }
  return port;
}
