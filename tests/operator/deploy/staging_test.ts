import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { moduleGraph } from "#operator/deploy/module_graph.ts";
import { functionNames, stage, withOwnMaps } from "#operator/deploy/staging.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";
import { cliWalk } from "./cli_walk.ts";

Deno.test("of every function, the CLI finds what it runs and nothing else", async () => {
  await using folder = await temporaryFolder();
  await stage(folder.path);
  for (const name of await functionNames()) {
    const home = join(folder.path, "supabase", "functions", name);
    const [entrypoint, config] = [join(home, "index.ts"), join(home, "deno.json")];
    const { files } = await moduleGraph(entrypoint, { config });
    assert.deepEqual([...await cliWalk(entrypoint, config)].sort(), [...files].sort(), name);
  }
});

Deno.test("every function has its section in supabase/config.toml, and no other does", async () => {
  const config = await Deno.readTextFile(join(ROOT, "supabase", "config.toml"));
  const sections = [...config.matchAll(/^\[functions\.([\w-]+)\]$/gm)].map(([, name]) => name);
  assert.deepEqual(sections.sort(), await functionNames());
});

Deno.test("every function is given an import map in its own folder, and the rest is left alone", () => {
  const before = `[api]
import_map = "x"

[functions.one]
verify_jwt = false
import_map = "../deno.json"

[functions.two-b]
import_map = "../deno.json" # why
`;
  const after = `[api]
import_map = "x"

[functions.one]
verify_jwt = false
import_map = "./functions/one/deno.json"

[functions.two-b]
import_map = "./functions/two-b/deno.json"
`;
  assert.equal(withOwnMaps(before), after);
});
