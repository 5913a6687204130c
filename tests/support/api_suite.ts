import { dirname, join, resolve } from "node:path";

const TESTS = join(import.meta.dirname ?? ".", "..");
const STACK = join(TESTS, "support", "stack.ts");

/** The tests of what stands in for the platform. */
const LOCAL = join(TESTS, "local", "/");

/** The other tests' files that a file names, as the formatter leaves the last line of an import. */
const FROM = /^(?:(?:import|export) .*|\} )from "((?:#tests|\.{1,2})\/[^"]+)";$/gm;

/**
 * The API suite: of some test files, those that make stacks, by themselves or by what they import of
 * the tests' support. Those of the embedded stack itself have it as their subject, and try a server
 * where it makes a difference to them.
 */
export async function apiSuite(files: readonly string[]): Promise<string[]> {
  const known = new Map<string, Promise<string[]>>();
  const found: string[] = [];
  for (const file of files) {
    const path = resolve(file);
    if (!path.startsWith(LOCAL) && await makesStacks(path, known)) found.push(file);
  }
  return found;
}

async function makesStacks(path: string, known: Map<string, Promise<string[]>>): Promise<boolean> {
  const seen = new Set([path]);
  for (const file of seen) {
    if (file === STACK) return true;
    const imports = known.get(file) ?? importsOf(file);
    known.set(file, imports);
    for (const imported of await imports) seen.add(imported);
  }
  return false;
}

async function importsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  return [...text.matchAll(FROM)]
    .map(([, specifier = ""]) => resolve(dirname(path), specifier.replace("#tests", TESTS)))
    .filter((file) => file.startsWith(TESTS));
}
