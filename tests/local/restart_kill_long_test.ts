import assert from "node:assert/strict";
import { MOMENTS, pass, startAndCount, TENANT } from "#tests/support/killed_starts.ts";
import { startProcess } from "#tests/support/start_process.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

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
