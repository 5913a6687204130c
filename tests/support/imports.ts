import { dirname, join, resolve } from "node:path";

const TESTS = join(import.meta.dirname ?? ".", "..");
const STACK = join(TESTS, "support", "stack.ts");

/** The other tests' files that a file names, as the formatter leaves the last line of an import. */
const FROM = /^(?:(?:import|export) .*|\} )from "((?:#tests|\.{1,2})\/[^"]+)";$/gm;

const known = new Map<string, Promise<string[]>>();

/** Whether a test makes stacks, by itself or by what it imports of the tests' support. */
export async function makesStacks(path: string): Promise<boolean> {
  const seen = new Set([path]);
  for (const file of seen) {
    if (file === STACK) return true;
    for (const imported of await importsOf(file)) seen.add(imported);
  }
  return false;
}

function importsOf(path: string): Promise<string[]> {
  const before = known.get(path);
  if (before !== undefined) return before;
  const answer = readImports(path);
  known.set(path, answer);
  return answer;
}

async function readImports(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  return [...text.matchAll(FROM)]
    .map(([, specifier = ""]) => resolve(dirname(path), specifier.replace("#tests", TESTS)))
    .filter((file) => file.startsWith(TESTS));
}
