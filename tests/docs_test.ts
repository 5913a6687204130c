import assert from "node:assert/strict";
import { join, normalize } from "node:path";
import { ROOT } from "#local/paths.ts";
import { VARIABLES } from "#shared/env.ts";

/** Set by hosting platforms alone: how a function knows that it is hosted. */
const OF_HOSTS = new Set(["DENO_DEPLOYMENT_ID", "SB_EXECUTION_ID", "SB_REGION"]);

const read = (path: string) => Deno.readTextFile(join(ROOT, path));

/** What people read, from the root. */
async function pages(): Promise<string[]> {
  const docs = await Array.fromAsync(Deno.readDir(join(ROOT, "docs")), ({ name }) => name);
  return [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "bench/README.md",
    ...docs.filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`),
  ];
}

/** The text without what is shown as code, in which brackets and hashes mean something else. */
function prose(text: string): string {
  return text.replace(/^ *```[^]*?^ *```$/gm, "").replace(/`[^`\n]*`/g, "x");
}

/** How a heading is linked to. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

async function anchorsOf(path: string): Promise<Set<string>> {
  const text = (await read(path)).replace(/^ *```[^]*?^ *```$/gm, "");
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading)));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(join(ROOT, path));
    return true;
  } catch {
    return false;
  }
}

Deno.test("every link between the pages leads somewhere, to the heading that it names", async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    for (const [, target = ""] of prose(await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", heading] = target.split("#");
      const file = path === "" ? page : normalize(join(page, "..", path));
      const found = heading === undefined
        ? await exists(file)
        : await exists(file) && (await anchorsOf(file)).has(heading);
      if (!found) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every page of docs is linked to in the README", async () => {
  const readme = await read("README.md");
  const unlinked = (await pages()).filter((page) =>
    page.startsWith("docs/") && !readme.includes(`(${page}`)
  );
  assert.deepEqual(unlinked, []);
});

Deno.test("the table of variables has those that the functions read, and no others", async () => {
  const table = await read("docs/configuration.md");
  // A legacy name stands in the row of the variable that it serves for.
  const described = new Set(
    [...table.matchAll(/`((?:SUPABASE|SWITCHBOARD)_[A-Z_]+)`/g)].map(([, name = ""]) => name),
  );
  const known = VARIABLES.filter((name) => !OF_HOSTS.has(name));
  assert.deepEqual([...described].sort(), [...known].sort());
});

Deno.test(".env.example has every variable that an operator sets, and no others", async () => {
  const example = await read(".env.example");
  const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = ""]) => name);
  const known = VARIABLES.filter((name) => name.startsWith("SWITCHBOARD_"));
  assert.deepEqual(named.sort(), known.sort());
});

Deno.test("the variables that a start passes on are those that its table and its help mark", async () => {
  const [start, help, table] = await Promise.all([
    read("local/start.ts"),
    read("local/start/options.ts"),
    read("docs/configuration.md"),
  ]);
  const names = (text: string) => new Set(text.match(/SWITCHBOARD_[A-Z_]+/g));
  const passedOn = names(/const PASSED_ON = \[([^\]]+)\]/.exec(start)?.[1] ?? "");
  const marked = names((table.match(/^\| `\w+` •/gm) ?? []).join());
  const helped = names(/export const HELP = `([^`]+)`/.exec(help)?.[1] ?? "");
  assert.ok(passedOn.size > 0);
  assert.deepEqual(marked, passedOn);
  assert.deepEqual(helped, passedOn);
});

Deno.test("every task that the pages name is there", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const named = await Promise.all(
    (await pages()).map(async (page) =>
      [...(await read(page)).matchAll(/(?:\bdeno(?:@[\d.]+)? |`)task ([a-z]+(?::[a-z]+)?)/g)]
        .map(([, name = ""]) => name).filter((name) => !Object.hasOwn(tasks, name))
        .map((name) => `${page}: ${name}`)
    ),
  );
  assert.deepEqual(named.flat(), []);
});
