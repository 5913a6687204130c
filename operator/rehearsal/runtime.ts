import { join } from "node:path";
import { z } from "zod";
import { sha256Hex } from "#local/database/hash.ts";
import { DATA, ROOT } from "#local/paths.ts";
import { lockOf } from "./lock_of.ts";

/** What functions may run on: what we develop with, and the oldest that the platform is known to have. */
export const VERSIONS = ["2.9.6", "2.1.4"] as const;

/** A Deno to run functions on, with a cache that holds the pinned npm packages and nothing else. */
export interface Runtime {
  readonly version: string;
  readonly program: string;
  /** The lock file, in a format that it reads. */
  readonly lock: string;
  /** By what it finds its cache. */
  readonly env: Record<string, string>;
}

/** A cache of npm packages, and the lock files by their formats. */
interface PackageCache {
  readonly folder: string;
  readonly locks: { readonly "4": string; readonly "5": string };
}

const importMap = z.object({ imports: z.record(z.string(), z.string()) });

/** The npm packages that an import map names, each as `npm:<name>@<version>`. */
export function pinsOf(text: string): string[] {
  return Object.values(importMap.parse(JSON.parse(text)).imports)
    .filter((target) => target.startsWith("npm:"))
    // What a prefix leads to is written between slashes.
    .map((target) => `npm:${target.slice("npm:".length).replace(/^\/|\/$/g, "")}`);
}

/** Brings each version by npm, to run with a cache of these packages. */
export async function prepareRuntimes(pins: readonly string[]): Promise<Runtime[]> {
  const { folder, locks } = await fillCache(pins);
  return await Promise.all(VERSIONS.map(async (version) => ({
    version,
    program: await programOf(version),
    lock: version.startsWith("2.1.") ? locks["4"] : locks["5"],
    env: { ...inherited(), DENO_DIR: join(folder, "cache"), NO_COLOR: "1" },
  })));
}

/** Fills a cache with packages as `deno.lock` has them; it is kept until they change. */
async function fillCache(pins: readonly string[]): Promise<PackageCache> {
  const lock = await Deno.readTextFile(join(ROOT, "deno.lock"));
  const texts = { "4": lockOf(lock, pins, "4"), "5": lockOf(lock, pins, "5") };
  const folder = join(DATA, `rehearsal-${sha256Hex(texts["5"]).slice(0, 12)}`);
  const locks = { "4": join(folder, "4", "deno.lock"), "5": join(folder, "5", "deno.lock") };
  const complete = join(folder, "complete");
  if (await Deno.stat(complete).then(() => true, () => false)) return { folder, locks };
  for (const format of ["4", "5"] as const) {
    await Deno.mkdir(join(folder, format), { recursive: true });
    await Deno.writeTextFile(locks[format], texts[format]);
  }
  const packages = [...new Set(pins)].sort().map((pin) => `import "${pin}";\n`).join("");
  await Deno.writeTextFile(join(folder, "packages.ts"), packages);
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ nodeModulesDir: "none" }));
  await run(Deno.execPath(), ["cache", "--no-check", `--lock=${locks["5"]}`, "packages.ts"], {
    cwd: folder,
    env: { DENO_DIR: join(folder, "cache") },
  });
  await Deno.writeTextFile(complete, "");
  return { folder, locks };
}

async function programOf(version: string): Promise<string> {
  if (Deno.version.deno === version) return Deno.execPath();
  return await run("npx", [
    "-y",
    `deno@${version}`,
    "eval",
    // It could not read ours.
    "--no-config",
    "--no-lock",
    "console.log(Deno.execPath())",
  ], { env: { npm_config_loglevel: "error" } });
}

/** By what a cache is read as it was filled; nothing else of this environment reaches a function. */
function inherited(): Record<string, string> {
  const names = ["HOME", "NPM_CONFIG_REGISTRY"];
  return Object.fromEntries(
    names.map((name) => [name, Deno.env.get(name) ?? ""]).filter(([, value]) => value !== ""),
  );
}

async function run(
  program: string,
  args: string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...options,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program} ${args[0]} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}
