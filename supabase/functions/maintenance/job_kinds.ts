import { erasureJob } from "#shared/account/erasure_job.ts";
import { exportJob } from "#shared/account/export_job.ts";
import { headsJob } from "#shared/audit/heads_job.ts";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import type { JobKind } from "#shared/jobs/job.ts";
import { retellStatusJob } from "#shared/retell/status_job.ts";
import { archiveJob } from "#shared/retention/archive_job.ts";

/** How each kind of job in `private.jobs` is done. */
export const JOB_KINDS: ReadonlyMap<string, JobKind> = new Map([
  ["account.export", exportJob(() => new Date())],
  ["account.erase", erasureJob(MONOTONIC_CLOCK)],
  ["audit.heads", headsJob(() => new Date())],
  ["retell.status", retellStatusJob],
  ["retention.archive", archiveJob(MONOTONIC_CLOCK)],
]);
