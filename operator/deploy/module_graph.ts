import { z } from "zod";

const edge = z.object({ specifier: z.string() });

const info = z.object({
  modules: z.array(z.object({
    kind: z.string().optional(),
    specifier: z.string(),
    local: z.string().optional(),
    npmPackage: z.string().optional(),
    error: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: edge.partial().optional(),
      type: edge.partial().optional(),
    })).default([]),
  })),
  npmPackages: z.record(
    z.string(),
    z.object({ localPath: z.string().optional(), dependencies: z.array(z.string()) }),
  ).default({}),
});

/** What a module needs, itself included, types as well as code. */
export interface ModuleGraph {
  /** The files, by absolute paths. */
  readonly files: readonly string[];
  /** What the files import that is no relative path, and the file or package that each is. */
  readonly imports: ReadonlyMap<string, string>;
  /** The folders of the npm packages that are needed, those of packages included. */
  readonly packages: readonly string[];
}

/** How the graph is looked up. */
export interface GraphOptions {
  /** The `deno.json` whose import map holds. */
  readonly config: string;
  /** Further options of `deno info`, and the environment it runs in. */
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

/**
 * Follows every import of a module, as the runtime does before it runs anything.
 *
 * @throws {Error} naming every import that leads nowhere.
 */
export async function moduleGraph(entrypoint: string, options: GraphOptions): Promise<ModuleGraph> {
  const { config, args = [], env = {} } = options;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `--config=${config}`, ...args, entrypoint],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`The imports of ${entrypoint}: ${decoder.decode(stderr)}`);
  const { modules, npmPackages } = info.parse(JSON.parse(decoder.decode(stdout)));
  const missing = [
    ...modules.flatMap(({ specifier, error }) => error === undefined ? [] : [specifier]),
    ...modules.flatMap(({ specifier, dependencies }) =>
      dependencies.filter(isUnresolved).map((to) => `${to.specifier}, from ${specifier}`)
    ),
  ];
  if (missing.length > 0) throw new Error(`Nothing is at ${missing.join("; ")}`);
  return {
    files: modules.flatMap(({ local }) => local ?? []),
    imports: new Map(
      modules.flatMap(({ dependencies }) => dependencies)
        .filter(({ specifier }) => !/^(?:\.{1,2}\/|node:)/.test(specifier))
        .map(({ specifier, code, type }) => [
          specifier,
          code?.specifier ?? type?.specifier ?? specifier,
        ]),
    ),
    packages: reachable(modules.flatMap(({ npmPackage }) => npmPackage ?? []), npmPackages),
  };
}

/** Types beside code, of a package that has none of its own, are for those who check them. */
function isUnresolved({ code, type }: { code?: object | undefined; type?: object | undefined }) {
  return !("specifier" in (code ?? type ?? {}));
}

function reachable(
  roots: readonly string[],
  known: z.output<typeof info>["npmPackages"],
): string[] {
  const seen = new Set<string>();
  const left = [...roots];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    left.push(...known[name]?.dependencies ?? []);
  }
  return [...seen].flatMap((name) => known[name]?.localPath ?? []);
}
