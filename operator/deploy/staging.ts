import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { FUNCTIONS, ROOT } from "#local/paths.ts";
import { moduleGraph } from "./module_graph.ts";

const CONFIG = join(ROOT, "deno.json");

const importMap = z.object({ imports: z.record(z.string(), z.string()) });

/** The functions that a deploy takes: every folder with an `index.ts`. */
export async function functionNames(folder = FUNCTIONS): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && await isThere(join(folder, name, "index.ts"))) names.push(name);
  }
  return names.sort();
}

/**
 * Lays out what is deployed in an empty folder: `supabase/config.toml`, the functions, what they share.
 *
 * The CLI uploads every folder that the import map of a function names, whole. The root's map names
 * `shared/`, `tests/` and more, so each function gets a map of its own of what it imports, to the file:
 * what is uploaded is then what runs, and nothing else.
 */
export async function stage(folder: string): Promise<void> {
  const { imports: pins } = importMap.parse(JSON.parse(await Deno.readTextFile(CONFIG)));
  for (const name of await functionNames()) {
    const home = join("supabase", "functions", name);
    const { files, imports } = await moduleGraph(join(ROOT, home, "index.ts"), { config: CONFIG });
    for (const file of files) await copy(file, join(folder, relative(ROOT, file)));
    const map = [...imports].map(([specifier, target]) =>
      target.startsWith("file:")
        ? [
          specifier,
          `./${relative(join(ROOT, home), fileURLToPath(target))}`.replace("./..", ".."),
        ]
        : pinOf(specifier, pins)
    );
    await Deno.writeTextFile(
      join(folder, home, "deno.json"),
      `${JSON.stringify({ imports: Object.fromEntries(map.sort()) }, undefined, 2)}\n`,
    );
  }
  const config = await Deno.readTextFile(join(ROOT, "supabase", "config.toml"));
  await Deno.writeTextFile(join(folder, "supabase", "config.toml"), withOwnMaps(config));
}

/** The line of the root's import map that a package is imported by. */
function pinOf(specifier: string, pins: Record<string, string>): [string, string] {
  const key = Object.keys(pins)
    .filter((key) => key === specifier || (key.endsWith("/") && specifier.startsWith(key)))
    .sort((a, b) => b.length - a.length)[0] ?? "";
  const target = pins[key];
  if (target === undefined) throw new Error(`${specifier} is not pinned in deno.json`);
  return [key, target];
}

/** The configuration with each function's import map in its own folder. */
export function withOwnMaps(config: string): string {
  let name: string | undefined;
  return config.split("\n").map((line) => {
    const [header, section] = /^\[(?:functions\.([\w-]+)|.*)\]\s*$/.exec(line) ?? [];
    if (header !== undefined) name = section;
    return name !== undefined && /^import_map\s*=/.test(line)
      ? `import_map = "./functions/${name}/deno.json"`
      : line;
  }).join("\n");
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
