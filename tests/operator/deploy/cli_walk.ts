import { dirname, join } from "node:path";
import { z } from "zod";
import { cliImports } from "#tests/support/cli_imports.ts";

const importMap = z.object({ imports: z.record(z.string(), z.string()) });

/**
 * The files that the CLI uploads for a function beside its import map: those that it finds from the
 * entrypoint on, and those that the map names, each with what it finds from there.
 */
export async function cliWalk(entrypoint: string, mapPath: string): Promise<Set<string>> {
  const { imports } = importMap.parse(JSON.parse(await Deno.readTextFile(mapPath)));
  const isFile = (target: string) => target.startsWith("./") || target.startsWith("../");
  const named = Object.values(imports).filter(isFile).map((to) => join(dirname(mapPath), to));
  const found = new Set<string>();
  const left = [entrypoint, ...named];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const specifier of cliImports(await Deno.readTextFile(file))) {
      const target = imports[specifier];
      if (target !== undefined && isFile(target)) left.push(join(dirname(mapPath), target));
      // Without an extension it is no file to the CLI.
      else if (isFile(specifier) && /\.[^/]*$/.test(specifier.replace(/^(?:\.{1,2}\/)+/, ""))) {
        left.push(join(dirname(file), specifier));
      }
    }
  }
  return found;
}
