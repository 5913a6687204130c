import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** What a deployed module may import beside its neighbours: the deploy uploads nothing else. */
const DEPLOYED_PACKAGES = new Set([
  "@hono/zod-openapi",
  "@std/crypto",
  "@supabase/supabase-js",
  "hono",
  "ipaddr.js",
  "jose",
  "libphonenumber-js",
  "pg",
  "undici",
  "zod",
]);

interface Module {
  /** From the root: `shared/env.ts`. */
  readonly path: string;
  readonly text: string;
}

async function modulesIn(folder: string): Promise<Module[]> {
  const found: Module[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}${name}`;
    if (isDirectory) found.push(...await modulesIn(`${path}/`));
    else if (name.endsWith(".ts")) {
      found.push({ path, text: await Deno.readTextFile(new URL(path, ROOT)) });
    }
  }
  return found;
}

/** The modules that are deployed: every function and what functions share. */
const DEPLOYED = [...await modulesIn("shared/"), ...await modulesIn("supabase/functions/")];

/** The specifiers of a module's imports and re-exports. */
function importsOf({ text }: Module): string[] {
  return [...text.matchAll(/^(?:import|export)\b[^"';]*\bfrom "([^"]+)"|^import "([^"]+)"/gm)]
    .map(([, from, bare]) => from ?? bare ?? "");
}

/** Where a relative import leads, from the root. */
function resolved({ path }: Module, specifier: string): string {
  return new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

/** The folder that a module must not leave by a relative import: its function's, or `shared/`. */
function homeOf({ path }: Module): string {
  return /^(?:shared\/|supabase\/functions\/[^/]+\/)/.exec(path)?.[0] ?? "";
}

function isDeployable(specifier: string): boolean {
  if (specifier.startsWith("node:")) return true;
  if (specifier.startsWith("#")) return /^#shared\/.+\.ts$/.test(specifier);
  if (isRelative(specifier)) return specifier.endsWith(".ts");
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  return DEPLOYED_PACKAGES.has(name);
}

Deno.test("the environment is read in shared/env.ts alone", () => {
  const readers = DEPLOYED.filter(({ text }) => text.includes("Deno.env"));
  assert.deepEqual(readers.map(({ path }) => path), ["shared/env.ts"]);
});

Deno.test("a deployed module imports shared modules, with their extension, and known packages", () => {
  const wrong = DEPLOYED.flatMap((module) =>
    importsOf(module).filter((specifier) => !isDeployable(specifier))
      .map((specifier) => `${module.path}: ${specifier}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("functions do not import each other, and what they share imports none of them", () => {
  const wrong = DEPLOYED.flatMap((module) =>
    importsOf(module).filter(isRelative).map((specifier) => resolved(module, specifier))
      .filter((target) => !target.startsWith(homeOf(module)))
      .map((target) => `${module.path}: ${target}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("the deploy can follow every import: none is computed or split after a default import", () => {
  const wrong = DEPLOYED.filter(({ text }) =>
    /\bimport\((?!")/.test(text) || /^import [\w$]+, \{\n/m.test(text)
  );
  assert.deepEqual(wrong.map(({ path }) => path), []);
});
