import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { faultsOf } from "#tests/support/deploy_faults.ts";
import { deployedModules, importMapOf } from "#tests/support/deployed_modules.ts";
import { MAP, MISSED, NEIGHBOURS, TAKEN } from "#tests/support/seeded_modules.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

/** The modules that are deployed: every function and what functions share. */
const FOLDERS = ["shared", "supabase/functions"];

const DEPLOYED = await deployedModules(ROOT, FOLDERS);

Deno.test("the environment is read in shared/env.ts alone", () => {
  const readers = DEPLOYED.filter(({ text }) => text.includes("Deno.env"));
  assert.deepEqual(readers.map(({ path }) => path), ["shared/env.ts"]);
});

Deno.test("every function imports only what the deploy uploads", async () => {
  const map = await importMapOf(ROOT);
  assert.ok(DEPLOYED.some(({ imports }) => imports.length > 0));
  assert.deepEqual(DEPLOYED.flatMap((module) => faultsOf(module, map)), []);
});

Deno.test("whatever a module would miss once it is deployed is found", async (test) => {
  await using folder = await temporaryFolder();
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(join(folder.path, path)), { recursive: true });
    await Deno.writeTextFile(join(folder.path, path), text);
  };
  await write("deno.json", JSON.stringify({ imports: MAP }));
  for (const [path, text] of Object.entries(NEIGHBOURS)) await write(path, text);
  await write("supabase/functions/seed/there.ts", NEIGHBOURS["shared/there.ts"]);
  const seeds: (readonly [string, RegExp?])[] = [
    ...TAKEN.map((text) => [text] as const),
    ...MISSED,
  ];
  for (const [n, [text]] of seeds.entries()) {
    await write(`supabase/functions/seed/${n}.ts`, text);
  }
  const modules = new Map(
    (await deployedModules(folder.path, FOLDERS)).map((module) => [module.path, module]),
  );
  for (const [n, [text, fault]] of seeds.entries()) {
    await test.step(text, () => {
      const module = modules.get(`supabase/functions/seed/${n}.ts`);
      assert.ok(module);
      const faults = faultsOf(module, MAP);
      if (fault === undefined) assert.deepEqual(faults, []);
      else assert.ok(faults.some((each) => fault.test(each)), faults.join("\n") || "Nothing said");
    });
  }
});
