import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { LocalFailure } from "#local/failure.ts";
import { orUsage } from "#local/usage.ts";

export const HELP =
  `Deploys to a hosted Supabase project: checks, shows what will change, asks, deploys, tries it.

Usage: deno task deploy --project-ref REF [options]

  --project-ref REF    the project: 20 lower-case letters, as in its URL
  --env-file FILE      the functions' secrets, as in .env.example          (.env)
  --database-url URL   migrate over this, the session pooler's connection string, where the CLI's
                       own way is closed; that uses SUPABASE_DB_PASSWORD, or a login it makes
  --api-url URL        where the project answers       (https://<ref>.supabase.co)
  --profile FILE       a profile of the CLI, for a platform other than the hosted one
  --functions-only     leave the database as it is: the way back to an older version
  --check              stop after showing what would change
  --yes                do not ask
  --help               print this

Sign in with \`npx supabase@3.1.0 login\`, or set SUPABASE_ACCESS_TOKEN.`;

/** What the command line asks for. */
export interface Options {
  readonly ref: string;
  readonly envFile: string;
  /** Where the database is migrated, if the CLI is not to find out by itself. */
  readonly databaseUrl: string | undefined;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly profile: string | undefined;
  /** Whether the migrations and the Vault are left as they are. */
  readonly functionsOnly: boolean;
  readonly check: boolean;
  readonly yes: boolean;
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
        "project-ref": { type: "string" },
        "env-file": { type: "string", default: ".env" },
        "database-url": { type: "string" },
        "api-url": { type: "string" },
        profile: { type: "string" },
        "functions-only": { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
    })
  );
  if (values.help) return undefined;
  const ref = values["project-ref"];
  if (ref === undefined || !/^[a-z]{20}$/.test(ref)) {
    throw new LocalFailure("--project-ref must be 20 lower-case letters, as in the project's URL");
  }
  const apiUrl = values["api-url"] ?? `https://${ref}.supabase.co`;
  if (!/^https?:$/.test(URL.parse(apiUrl)?.protocol ?? "")) {
    throw new LocalFailure("--api-url must be an http(s) address");
  }
  const databaseUrl = values["database-url"];
  if (databaseUrl !== undefined && !/^postgres(?:ql)?:\/\/[^/]+/.test(databaseUrl)) {
    throw new LocalFailure(
      "--database-url must be of the form postgres://user:password@host:port/database",
    );
  }
  return {
    ref,
    envFile: resolve(values["env-file"]),
    databaseUrl,
    apiUrl: apiUrl.replace(/\/+$/, ""),
    profile: values.profile === undefined ? undefined : resolve(values.profile),
    functionsOnly: values["functions-only"],
    check: values.check,
    yes: values.yes,
  };
}
