import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** The oldest PostgreSQL that Switchboard runs on. */
const OLDEST = 15;

/** A PostgreSQL server's programs. */
export interface PostgresBinaries {
  readonly directory: string;
  readonly version: number;
}

/** A cluster that lives for one test run. */
export interface Cluster extends AsyncDisposable {
  /** Connection string of its superuser. */
  readonly url: string;
}

/** Finds the newest usable server on this machine: on the path, or where Debian keeps them. */
export async function findPostgres(): Promise<PostgresBinaries | undefined> {
  const found: PostgresBinaries[] = [];
  for (const directory of await candidateDirectories()) {
    const version = await serverVersion(directory);
    if (version !== undefined && version >= OLDEST) found.push({ directory, version });
  }
  return found.sort((a, b) => b.version - a.version)[0];
}

async function candidateDirectories(): Promise<string[]> {
  const directories = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  try {
    for await (const entry of Deno.readDir("/usr/lib/postgresql")) {
      directories.push(join("/usr/lib/postgresql", entry.name, "bin"));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return directories;
}

async function serverVersion(directory: string): Promise<number | undefined> {
  try {
    // What is on the path may be a link or a lone program: a server has all of these in one place.
    await Promise.all(
      ["initdb", "pg_ctl", "pg_config"].map((name) => Deno.stat(join(directory, name))),
    );
    const { stdout } = await new Deno.Command(join(directory, "postgres"), { args: ["--version"] })
      .output();
    return Number(/PostgreSQL\) (\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return;
    throw error;
  }
}

/** What is not synced to disk is lost with the machine, as a cluster for one test run is anyway. */
const UNSYNCED = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/**
 * Starts a cluster of its own in a temporary folder, on a free port of the loopback interface.
 *
 * PostgreSQL refuses to run as root, so root runs it as the user `postgres`.
 *
 * @param durable whether commits are on disk when they are answered, as in production.
 * @param cron whether pg_cron, which signs in as its jobs' owner, may: without, no job of it runs.
 */
export async function startCluster(
  { directory }: PostgresBinaries,
  { durable = false, cron = false }: { readonly durable?: boolean; readonly cron?: boolean } = {},
): Promise<Cluster> {
  const folder = await Deno.makeTempDir({ prefix: "switchboard-pg-" });
  const account = Deno.uid() === 0 ? await accountOf("postgres") : undefined;
  if (account) await Deno.chown(folder, account.uid, account.gid);
  const signIn = join(folder, "pgpass");
  const run = (program: string, args: string[]) =>
    runQuietly(join(directory, program), args, {
      ...account,
      cwd: folder,
      env: cron ? { PGPASSFILE: signIn } : {},
    });

  const data = join(folder, "data");
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(folder, "password");
  await Deno.writeTextFile(passwordFile, password, { mode: 0o644 });
  try {
    await run("initdb", [
      "--pgdata",
      data,
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ]);
    const port = freePort();
    if (cron) {
      await Deno.writeTextFile(signIn, `*:${port}:*:postgres:${password}\n`, { mode: 0o600 });
      if (account) await Deno.chown(signIn, account.uid, account.gid);
    }
    const settings: Record<string, string> = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: folder,
      ...durable ? {} : UNSYNCED,
      max_connections: "200",
      ...await hasExtension(directory, "pg_cron") &&
        { "shared_preload_libraries": "pg_cron", "cron.database_name": CRON_DATABASE },
    };
    await Deno.writeTextFile(
      join(data, "postgresql.auto.conf"),
      Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`).join(""),
    );
    await run("pg_ctl", ["start", "--wait", "--pgdata", data, "--log", join(folder, "log")]);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async [Symbol.asyncDispose]() {
        await run("pg_ctl", ["stop", "--mode=immediate", "--pgdata", data]);
        await Deno.remove(folder, { recursive: true });
      },
    };
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
}

/** The one database in which pg_cron runs jobs. */
export const CRON_DATABASE = "switchboard_cron";

/** Whether a server has an extension that a database could create. */
export async function hasExtension(directory: string, name: string): Promise<boolean> {
  const { stdout } = await new Deno.Command(join(directory, "pg_config"), { args: ["--sharedir"] })
    .output();
  const share = new TextDecoder().decode(stdout).trim();
  return await exists(join(share, "extension", `${name}.control`));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function accountOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => {
    const { stdout } = await new Deno.Command("id", { args: [flag, name] }).output();
    return Number(new TextDecoder().decode(stdout));
  }));
  if (!uid || !gid) {
    throw new Error(`PostgreSQL does not run as root, and there is no user ${name}`);
  }
  return { uid, gid };
}

async function runQuietly(
  program: string,
  args: string[],
  options: Deno.CommandOptions,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    ...options,
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
