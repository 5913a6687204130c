/**
 * A worker of the archive's load test: runs jobs as the function `maintenance` does until none is
 * due, then prints what it did and the most memory that it ever held.
 *
 * Environment: what the functions have.
 */
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import { setLogSink } from "#shared/log.ts";
import { jobQueue } from "#shared/jobs/queue.ts";
import { runJobs } from "#shared/jobs/run.ts";
import { archiveJob } from "#shared/retention/archive_job.ts";

/** What a worker did. */
export interface ArchiverReport {
  readonly done: number;
  readonly failed: number;
  readonly lost: number;
  /** The largest resident set that it ever had, in MiB. */
  readonly peak: number;
}

if (import.meta.main) {
  setLogSink(() => {});
  const kinds = new Map([["retention.archive", archiveJob(MONOTONIC_CLOCK)]]);
  const { done, failed, lost } = await runJobs({ queue: jobQueue, kinds, clock: MONOTONIC_CLOCK });
  const status = await Deno.readTextFile("/proc/self/status");
  const peak = Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024);
  const report: ArchiverReport = { done, failed, lost, peak };
  console.log(JSON.stringify(report));
}
