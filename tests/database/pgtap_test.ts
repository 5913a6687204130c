import assert from "node:assert/strict";
import { createDatabase } from "#tests/support/databases.ts";
import { pgtapFiles, runPgtap, withPgtap } from "#tests/support/pgtap.ts";

Deno.test("every pgTAP test in supabase/tests passes", withPgtap, async (test) => {
  await using database = await createDatabase();
  for (const file of await pgtapFiles()) {
    await test.step(file, async () => {
      const { passed, failed } = await runPgtap(database.url, file);
      assert.deepEqual(failed, []);
      assert.ok(passed > 0);
    });
  }
});
