import { z } from "zod";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { SCHEMA_VERSION } from "#shared/db/schema_version.ts";
import { env } from "#shared/env.ts";
import type { ProblemCode } from "#shared/http/codes.ts";
import { toProblem } from "#shared/http/error_hook.ts";
import { secretsOf } from "#shared/secrets.ts";
import { isGuardHeeded } from "#shared/webhooks/client_check.ts";
import type { Check } from "./schemas.ts";

/** What supabase-js says of a failure; the operator alone reads it. */
const described = z.object({ message: z.string().optional() }).catch({});

const readiness = z.object({
  schema_version: z.string().nullable(),
  /** Scheduled jobs whose last two runs failed; a database that is behind does not tell. */
  failing_jobs: z.array(z.string()).default([]),
});

/** Checks everything that a call depends on, so that one look shows all that is wrong. */
export async function checkReadiness(): Promise<Check[]> {
  const [database, client] = await Promise.all([checkDatabase(), checkWebhookClient()]);
  return [...database, client, ...checkSecrets(), ...checkPause()];
}

async function checkDatabase(): Promise<Check[]> {
  try {
    const database = adminClient("health is asked for by nobody in particular");
    const found = unwrap(await database.rpc("readiness"), readiness);
    return [
      { name: "database", ok: true },
      checkMigrations(found.schema_version),
      checkJobs(found.failing_jobs),
    ];
  } catch (error) {
    const { code, cause } = toProblem(error);
    // A database that answers but lacks the function is one without our migrations.
    return code === "database_behind"
      ? [{ name: "database", ok: true }, checkMigrations(null)]
      : [failed("database", code, described.parse(cause).message)];
  }
}

/** A database that is ahead serves: functions are deployed after their migrations. */
function checkMigrations(version: string | null): Check {
  if (version !== null && version >= SCHEMA_VERSION) return { name: "migrations", ok: true };
  return failed(
    "migrations",
    "database_behind",
    `Has ${version ?? "none"}, needs ${SCHEMA_VERSION}`,
  );
}

function checkJobs(failing: readonly string[]): Check {
  if (failing.length === 0) return { name: "jobs", ok: true };
  return failed(
    "jobs",
    "not_ready",
    `Failed twice in a row, see private.maintenance_runs: ${failing.join(", ")}`,
  );
}

async function checkWebhookClient(): Promise<Check> {
  if (await isGuardHeeded()) return { name: "webhook_client", ok: true };
  return failed(
    "webhook_client",
    "not_ready",
    "The runtime does not heed the address guard: no webhook is sent",
  );
}

function checkSecrets(): Check[] {
  return secretsOf(env()).map(({ name, set, variable }) =>
    set ? { name, ok: true } : failed(name, "not_configured", `Set ${variable}`)
  );
}

/** Only while there is one, because it is not meant to last. */
function checkPause(): Check[] {
  return env().jobsPaused
    ? [failed("schedules", "jobs_paused", "SWITCHBOARD_JOBS_PAUSED is set: nothing is sent")]
    : [];
}

function failed(name: string, code: ProblemCode, detail?: string): Check {
  return { name, ok: false, code, ...(detail === undefined ? {} : { detail }) };
}
