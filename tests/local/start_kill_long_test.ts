import assert from "node:assert/strict";
import { join } from "node:path";
import { MOMENTS, pass, startAndCount, TENANT } from "#tests/support/killed_starts.ts";
import { startProcess } from "#tests/support/start_process.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

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
