import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { newSecrets } from "#local/secrets.ts";
import { formatHealth } from "#operator/doctor/format.ts";
import { schemaHealth } from "#shared/db/schema_health.ts";
import { testStack } from "#tests/support/stack.ts";

/** Runs the program as `deno task doctor` does, with nothing in its environment but what is given. */
async function doctor(args: readonly string[], environment: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "operator", "doctor.ts"), ...args],
    cwd: ROOT,
    env: environment,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("deno task doctor prints what is wrong, and exits with 1 where something failed", async () => {
  const secrets = newSecrets();
  await using stack = await testStack({ secrets });
  const folder = await Deno.makeTempDir();
  try {
    const { publishable_key, secret_key, cron_key } = secrets;
    await Deno.writeTextFile(
      join(folder, "local.json"),
      JSON.stringify({ url: stack.url, publishable_key, secret_key, cron_key }),
    );
    const well = await doctor(["--local", "--data", folder]);
    assert.deepEqual([well.code, well.stderr], [0, ""]);
    assert.match(well.stdout, /^✓ migrations\n {4}\d+ applied, the newest \d{14}\n/);
    assert.match(well.stdout, /\n\nhealthy\n$/);

    await stack.database.exec("drop index private.idx_jobs_due");
    const ill = await doctor([], {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secret_key }),
    });
    assert.deepEqual([ill.code, ill.stderr], [1, ""]);
    assert.match(ill.stdout, /\n✗ indexes\n {4}✗ private\.idx_jobs_due is missing\n/);
    assert.match(ill.stdout, /\n\nunhealthy\n$/);

    const json = await doctor(["--local", "--data", folder, "--json"]);
    assert.equal(schemaHealth.parse(JSON.parse(json.stdout)).is_healthy, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task doctor says in a sentence what it needs", async () => {
  const without = await doctor(["--local", "--data", "/nowhere"]);
  assert.deepEqual([without.code, without.stdout], [1, ""]);
  assert.match(without.stderr, /^No stack is running here: [^\n]+\n$/);
  const unknown = await doctor(["--remote"]);
  assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
  assert.match(unknown.stderr, /see --help\n$/);
});

Deno.test("the report names at most twenty problems of a check, and says how many more there are", () => {
  const problems = Array.from({ length: 23 }, (_, n) => `public.table_${n} is missing`);
  const report = formatHealth({
    is_healthy: false,
    overall_status: "unhealthy",
    checked_at: "2026-11-21T09:30:00Z",
    checks: [
      { name: "tables", status: "failed", problems, details: {} },
      { name: "grants", status: "skipped", problems: [], details: {} },
      {
        name: "queues",
        status: "warning",
        problems: ["jobs: the oldest has been due for 3600 s"],
        details: {
          jobs: { depth: 1, oldest_due_seconds: 3600 },
          recordings: { depth: 0, oldest_due_seconds: null },
        },
      },
    ],
  });
  const lines = report.split("\n");
  assert.deepEqual(lines.slice(0, 2), ["✗ tables", "    ✗ public.table_0 is missing"]);
  assert.deepEqual(lines.slice(20), [
    "    ✗ public.table_19 is missing",
    "    and 3 more",
    "– grants",
    "! queues",
    "    ! jobs: the oldest has been due for 3600 s",
    "    jobs: 1, the oldest due for 3600 s",
    "    recordings: 0",
    "",
    "unhealthy",
  ]);
});
