import assert from "node:assert/strict";
import { testStack } from "#tests/support/stack.ts";

Deno.test("Every scheduled job runs on the embedded stack as it is scheduled, and leaves its row", async () => {
  await using stack = await testStack();
  const jobs = await stack.database.query("select jobname, command from cron.job order by jobname");
  assert.ok(jobs.length > 8);
  for (const { command } of jobs) await stack.database.exec(String(command));
  const rows = await stack.database.query(
    "select job, state from private.maintenance_runs order by job",
  );
  assert.deepEqual(rows, [
    { job: "archive", state: "done" },
    { job: "audit-heads", state: "done" },
    { job: "cron-history", state: "done" },
    { job: "maintenance", state: "done" },
    { job: "partitions-ahead", state: "done" },
    { job: "retell-status", state: "done" },
    { job: "retention", state: "done" },
  ]);
});
