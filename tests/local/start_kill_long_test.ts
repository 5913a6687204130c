import assert from "node:assert/strict";
import { join } from "node:path";
import { census } from "#tests/support/census.ts";
import { startProcess } from "#tests/support/start_process.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

/** At how many moments of a start it is killed. */
const MOMENTS = 10;

/** A kill comes at a moment of its own, so this waits for time to pass and nothing else. */
const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts to the end, and gives how long that took in milliseconds. */
async function startAndCount(
  data: string,
): Promise<{ took: number; counted: Record<string, number | null> }> {
  const begun = performance.now();
  await using start = startProcess("--data", data);
  await start.printed("health/ready\n");
  const took = performance.now() - begun;
  const counted = await census(data);
  assert.equal((await start.end("SIGTERM")).code, 0);
  return { took, counted };
}

const TENANT = { menus: 3, versions: 1, connections: 1, numbers: 1 };

Deno.test("a first start that is killed at any moment is repaired by the next one", async (t) => {
  await using folder = await temporaryFolder();
  const { took } = await startAndCount(join(folder.path, "whole"));
  for (let moment = 1; moment <= MOMENTS; moment++) {
    const after = Math.round(took * moment / MOMENTS);
    await t.step(`after ${after} ms`, async () => {
      const data = join(folder.path, String(moment));
      await using start = startProcess("--data", data);
      await pass(after);
      await start.end("SIGKILL");
      const { counted: { calls, ...tenant } } = await startAndCount(data);
      assert.ok(Number(calls) >= 1);
      assert.deepEqual(tenant, TENANT);
      await Deno.remove(data, { recursive: true });
    });
  }
});

Deno.test("a stack that is killed again and again while it starts keeps every call", async () => {
  await using folder = await temporaryFolder();
  await startAndCount(folder.path);
  const { took } = await startAndCount(folder.path);
  for (let moment = 1; moment <= MOMENTS; moment++) {
    await using start = startProcess("--data", folder.path);
    await pass(took * moment / MOMENTS);
    await start.end("SIGKILL");
  }
  const { counted: { calls, ...tenant } } = await startAndCount(folder.path);
  assert.ok(Number(calls) >= 3 && Number(calls) <= 3 + MOMENTS);
  assert.deepEqual(tenant, TENANT);
});
