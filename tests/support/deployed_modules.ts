import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

/** A module that is deployed. */
export interface DeployedModule {
  /** From the root: `shared/env.ts`. */
  readonly path: string;
  readonly text: string;
  /** What it imports: code and types, at once and later. */
  readonly imports: readonly string[];
}

const info = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ specifier: z.string() })).default([]),
  })),
});

const config = z.object({ imports: z.record(z.string(), z.string()) });

/** Reads the modules in folders of a root, with what Deno itself finds that they import. */
export async function deployedModules(
  root: string,
  folders: readonly string[],
): Promise<DeployedModule[]> {
  const paths = (await Promise.all(folders.map((folder) => modulesBelow(join(root, folder)))))
    .flat().sort();
  const imports = await importsOf(root, paths);
  return await Promise.all(paths.map(async (path) => ({
    path: relative(root, path),
    text: await Deno.readTextFile(path),
    imports: imports.get(path) ?? [],
  })));
}

async function modulesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await modulesBelow(path));
    else if (name.endsWith(".ts")) found.push(path);
  }
  return found;
}

async function importsOf(root: string, paths: readonly string[]): Promise<Map<string, string[]>> {
  await using folder = await temporaryFolder();
  const all = join(folder.path, "all.ts");
  const lines = paths.map((path) => `import ${JSON.stringify(pathToFileURL(path).href)};\n`);
  await Deno.writeTextFile(all, lines.join(""));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      "--no-lock",
      "--no-remote",
      `--config=${join(root, "deno.json")}`,
      all,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  const { modules } = info.parse(JSON.parse(decoder.decode(stdout)));
  return new Map(
    modules.filter(({ specifier }) => specifier.startsWith("file:")).map((module) => [
      fileURLToPath(module.specifier),
      module.dependencies.map(({ specifier }) => specifier),
    ]),
  );
}

/** The import map of a root. */
export async function importMapOf(root: string): Promise<Record<string, string>> {
  return config.parse(JSON.parse(await Deno.readTextFile(join(root, "deno.json")))).imports;
}
