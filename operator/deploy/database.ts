import { join } from "node:path";
import { z } from "zod";
import { LocalFailure } from "#local/failure.ts";
import { differenceOf, readMigrations } from "#local/database/migrations.ts";
import { MIGRATIONS, ROOT } from "#local/paths.ts";
import { type CliOptions, type CliOutcome, supabase } from "../supabase_cli.ts";
import { firstFault, readJson } from "./read_json.ts";
import { ANSWER_MS, askProject, onProject, type Target } from "./steps.ts";

/** The oldest server that the migrations run on. */
const OLDEST = 15;

const dryRun = z.object({ migrations: z.array(z.string()).default([]) });

/**
 * The project's database. It is asked through the platform's API, and migrated over a connection of
 * its own, as the CLI does.
 */
export class ProjectDatabase {
  /** @param url where it is migrated, if the CLI is not to find out by itself. */
  constructor(private readonly target: Target, private readonly url: string | undefined) {}

  /**
   * Finds out what is to be applied.
   *
   * @returns the files, oldest first.
   * @throws {LocalFailure} if the server is too old or does not answer, its history is not ours, or
   * another database would be migrated.
   */
  async pendingMigrations(): Promise<string[]> {
    const [{ version }] = await this.#ask(
      "select current_setting('server_version_num')::integer / 10000 as version",
      z.tuple([z.object({ version: z.int() })]),
    );
    if (version < OLDEST) {
      throw new LocalFailure(
        `The project has Postgres ${version}, and Switchboard needs ${OLDEST} or later`,
      );
    }
    const applied = await this.#history();
    const migrations = await readMigrations(MIGRATIONS);
    const difference = differenceOf(applied, migrations);
    if (difference !== undefined) {
      const advice = difference.kind === "changed"
        ? "put it back, and write a new one"
        : "with --functions-only an older version replaces the functions alone";
      throw new LocalFailure(`${difference.message}; ${advice}`);
    }
    const newest = [...applied.keys()].sort().at(-1) ?? "";
    const pending = migrations.filter((migration) => !applied.has(migration.version));
    const skipped = pending.find((migration) => migration.version < newest);
    if (skipped !== undefined) {
      throw new LocalFailure(
        `The project has migration ${newest} and not ${skipped.file}, which comes before it; see ` +
          "`supabase migration list`, and repair its history first",
      );
    }
    const files = pending.map(({ file }) => file);
    const dry = await this.#push(["--dry-run", "--output-format=json"], { deadlineMs: ANSWER_MS });
    const { migrations: missing } = readJson(dry, dryRun, "The database cannot be migrated");
    if (missing.join() !== files.join()) {
      throw new LocalFailure(
        "The database that would be migrated is not the project's: other migrations are missing " +
          "there; see --database-url",
      );
    }
    return files;
  }

  /**
   * Applies what is pending; each migration wholly or not at all.
   *
   * @throws {LocalFailure} naming the one that failed.
   */
  async push(): Promise<void> {
    const outcome = await this.#push(["--yes"]);
    if (outcome.success) return;
    const [failed] = [...outcome.stderr.matchAll(/Applying migration (\S+?)\.\.\./g)].slice(-1);
    throw new LocalFailure(
      failed === undefined
        ? `The database: ${firstFault(outcome.stderr)}`
        : `Migration ${failed[1]} failed, and nothing of it was applied: ${reasonOf(outcome)}`,
    );
  }

  /** Tells scheduled jobs where the functions are and by which key they are known. */
  async fillVault(functionsUrl: string, cronKey: string): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "switchboard-vault-" });
    try {
      const file = join(folder, "vault.sql");
      const sql = vaultSql({
        switchboard_functions_url: functionsUrl,
        switchboard_cron_key: cronKey,
      });
      // Not among the arguments, which every user of this machine can read.
      await Deno.writeTextFile(file, sql, { mode: 0o600 });
      const outcome = await onProject(this.target, ["db", "query", `--file=${file}`, "--yes"]);
      if (!outcome.success) throw new LocalFailure(`The Vault: ${firstFault(outcome.stderr)}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  async #history(): Promise<Map<string, readonly string[] | null>> {
    const [{ known }] = await this.#ask(
      "select to_regclass('supabase_migrations.schema_migrations') is not null as known",
      z.tuple([z.object({ known: z.boolean() })]),
    );
    if (!known) return new Map();
    const rows = await this.#ask(
      "select version, statements from supabase_migrations.schema_migrations",
      z.array(z.object({ version: z.string(), statements: z.array(z.string()).nullable() })),
    );
    return new Map(rows.map(({ version, statements }) => [version, statements]));
  }

  async #ask<Schema extends z.ZodType>(sql: string, rows: Schema): Promise<z.output<Schema>> {
    const args = ["db", "query", "--read-only", "--agent=no", "--output-format=json", sql];
    return readJson(await askProject(this.target, args), rows, "The database");
  }

  #push(
    options: readonly string[],
    deadline: Pick<CliOptions, "deadlineMs"> = {},
  ): Promise<CliOutcome> {
    const args = ["db", "push", ...options];
    if (this.url === undefined) return onProject(this.target, args, deadline);
    return supabase([...args, `--remote=${this.url}`], { cwd: ROOT, ...deadline });
  }
}

/** The reason that Postgres gave, without what the CLI adds of its own. */
function reasonOf({ stderr }: CliOutcome): string {
  return /ERROR: .*/.exec(stderr)?.[0] ?? firstFault(stderr);
}

/** One statement, so that it is done wholly or not at all. */
function vaultSql(secrets: Readonly<Record<string, string>>): string {
  const set = Object.entries(secrets).map(([name, value]) => `
  if exists (select from vault.secrets where name = ${literal(name)}) then
    perform vault.update_secret(id, ${literal(value)}) from vault.secrets where name = ${
    literal(name)
  };
  else
    perform vault.create_secret(${literal(value)}, ${literal(name)});
  end if;`);
  return `do $vault$\nbegin${set.join("")}\nend\n$vault$;\n`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
