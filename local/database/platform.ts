import { join } from "node:path";
import { LocalFailure } from "../failure.ts";
import type { Database, Queryable } from "./database.ts";
import { exclusively } from "./exclusively.ts";
import { sha256Hex } from "./hash.ts";

const FOLDER = join(import.meta.dirname ?? ".", "..", "platform");

/** The oldest server that the migrations run on. */
const OLDEST = 15;

/** How a database that {@linkcode applyPlatform} made is known. */
const MARK = "Stands in for the platform; made by deno task db:prepare";

/**
 * Puts on a Postgres what the platform would have there: roles, `auth`, `storage`, `extensions` and
 * default privileges. Does nothing where that was done before.
 *
 * @throws {LocalFailure} if the database belongs to a platform, is too old, holds an `auth` schema of
 * somebody else's, or its role may not create roles.
 */
export async function applyPlatform(database: Database): Promise<"applied" | "unchanged"> {
  const statements = await platformSql();
  const mark = `${MARK}, ${sha256Hex(statements).slice(0, 12)}`;
  const before = await inspect(database);
  if (before.mark === mark) return "unchanged";
  refuse(before);
  return await exclusively(database, async (transaction) => {
    // Another start may have done it in the meantime.
    if ((await inspect(transaction)).mark === mark) return "unchanged";
    await createObjects(transaction, statements);
    await transaction.exec(`comment on schema auth is '${mark}'`);
    return "applied";
  });
}

/** The whole definition, in the order of the files' names. */
export async function platformSql(): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.endsWith(".sql")) names.push(name);
  }
  const texts = names.sort().map((name) => Deno.readTextFile(join(FOLDER, name)));
  return (await Promise.all(texts)).join("\n");
}

async function createObjects(transaction: Queryable, statements: string): Promise<void> {
  try {
    await transaction.exec(statements);
  } catch (error) {
    // insufficient_privilege: before Postgres 16 only a superuser may give bypassrls.
    if (error instanceof Error && "code" in error && error.code === "42501") {
      throw new LocalFailure(
        `The database role may not create the platform's roles and schemas (${error.message}); ` +
          "use a superuser",
      );
    }
    throw error;
  }
}

interface Findings {
  readonly version: number;
  readonly hosted: boolean;
  readonly mark: string | undefined;
  readonly foreignAuth: boolean;
  readonly mayCreateRoles: boolean;
}

async function inspect(database: Queryable): Promise<Findings> {
  const [row = {}] = await database.query(`
    select current_setting('server_version_num')::integer / 10000 as version,
      to_regrole('supabase_admin') is not null or to_regnamespace('realtime') is not null
        or to_regnamespace('graphql_public') is not null as hosted,
      obj_description(to_regnamespace('auth'), 'pg_namespace') as mark,
      to_regnamespace('auth') is not null as has_auth,
      (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create_roles`);
  const mark = typeof row.mark === "string" ? row.mark : undefined;
  return {
    version: Number(row.version),
    hosted: row.hosted === true,
    mark,
    foreignAuth: row.has_auth === true && !mark?.startsWith(MARK),
    mayCreateRoles: row.may_create_roles === true,
  };
}

function refuse(found: Findings): void {
  if (found.hosted) {
    throw new LocalFailure(
      "This database belongs to a Supabase project, which has all of this already; push migrations " +
        "to it with the Supabase CLI",
    );
  }
  if (found.version < OLDEST) {
    throw new LocalFailure(
      `The server is Postgres ${found.version}, and Switchboard needs ${OLDEST} or later`,
    );
  }
  if (found.foreignAuth) {
    throw new LocalFailure(
      "This database has a schema named auth that Switchboard did not make; use an empty database",
    );
  }
  if (!found.mayCreateRoles) {
    throw new LocalFailure("The database role may not create roles; use a superuser");
  }
}
