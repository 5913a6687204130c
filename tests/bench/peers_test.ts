import assert from "node:assert/strict";
import { z } from "zod";
import { ROOT } from "#local/paths.ts";

const config = z.looseObject({ imports: z.record(z.string(), z.string()) });

async function importsOf(path: string): Promise<Record<string, string>> {
  return config.parse(JSON.parse(await Deno.readTextFile(`${ROOT}/${path}`))).imports;
}

const [ours, peers] = await Promise.all([
  importsOf("deno.json"),
  importsOf("bench/peers/deno.json"),
]);

Deno.test("what peers and product both use is of one version", () => {
  for (const [name, version] of Object.entries(peers)) {
    if (ours[name] !== undefined) assert.equal(version, ours[name], name);
  }
});

Deno.test("the product knows nothing of the peers", async () => {
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  for (const name of ["better-auth", "graphile-worker", "pg-boss"]) {
    assert.equal(ours[name], undefined);
    assert.ok(!lock.includes(`"${name}@`), name);
  }
});

Deno.test("the peers' lock names no registry", async () => {
  assert.doesNotMatch(await Deno.readTextFile(`${ROOT}/bench/peers/deno.lock`), /https?:/);
});

Deno.test("every benchmark is one that can be run, and stands in the README", async () => {
  const [runner, readme] = await Promise.all([
    Deno.readTextFile(`${ROOT}/bench/run.ts`),
    Deno.readTextFile(`${ROOT}/bench/README.md`),
  ]);
  for await (const { name } of Deno.readDir(`${ROOT}/bench/paths`)) {
    const benchmark = name.replace(/\.ts$/, "");
    assert.ok(runner.includes(`"${benchmark}"`), benchmark);
    assert.ok(readme.includes(`\`${benchmark}\``), benchmark);
  }
});
