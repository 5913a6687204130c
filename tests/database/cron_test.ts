import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { clusterUrl, databaseUrl, onPostgres } from "#tests/support/databases.ts";
import { CRON_DATABASE } from "#tests/support/postgres.ts";

Deno.test(
  "Where the server has pg_cron, the migrations schedule their jobs in it",
  onPostgres,
  async () => {
    const client = new pg.Client({ connectionString: databaseUrl(clusterUrl(), CRON_DATABASE) });
    await client.connect();
    try {
      const { rows: [extension] } = await client.query(
        "select extversion from pg_extension where extname = 'pg_cron'",
      );
      const { rows: [available] } = await client.query(
        "select 1 from pg_available_extensions where name = 'pg_cron'",
      );
      assert.equal(extension === undefined, available === undefined);
      if (!extension) return;
      const { rows } = await client.query(
        "select jobname, schedule, command from cron.job order by jobname",
      );
      assert.deepEqual(rows.map(({ jobname, schedule }) => [jobname, schedule]), [
        ["archive", "17 2 * * *"],
        ["audit-heads", "47 3 * * *"],
        ["cron-history", "23 2 * * *"],
        ["failed-runs", "*/5 * * * *"],
        ["idempotency-keys", "* * * * *"],
        ["ivr-recordings", "* * * * *"],
        ["ivr-session-timeout", "* * * * *"],
        ["maintenance", "* * * * *"],
        ["partitions-ahead", "7 2 * * *"],
        ["replaced-credentials", "43 * * * *"],
        ["request-counts", "* * * * *"],
        ["retell-status", "11 3 * * *"],
        ["retention", "37-59 2 * * *"],
        // Debian's pg_cron knows no seconds: the job looks six times in its minute.
        ["webhook-dispatch", extension.extversion >= "1.5" ? "10 seconds" : "* * * * *"],
      ]);
      for (const { jobname, command } of rows) {
        await client.query(
          jobname === "webhook-dispatch" ? "select private.dispatch_webhooks()" : command,
        );
        // What a job queues is for the function maintenance, which nobody serves here.
        await client.query("delete from private.jobs");
      }
      // The same name replaces the job, and seconds are minutes where pg_cron knows none.
      await client.query(
        "select private.schedule('test-job', '10 seconds', 'select 1'), private.schedule('test-job', '10 seconds', 'select 2')",
      );
      const { rows: [job, ...more] } = await client.query(
        "select schedule, command from cron.job where jobname = 'test-job'",
      );
      assert.deepEqual([job?.command, more], ["select 2", []]);
      assert.ok(["10 seconds", "* * * * *"].includes(job?.schedule));
      await client.query("select cron.unschedule('test-job')");
    } finally {
      await client.end();
    }
  },
);
