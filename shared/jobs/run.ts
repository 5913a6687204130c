import type { Clock } from "../clock.ts";
import { Problem } from "../http/problem.ts";
import { log } from "../log.ts";
import { type ClaimedJob, type JobKind, LostJob, type Outcome, type Slice } from "./job.ts";
import type { JobQueue } from "./queue.ts";

/** How long a run takes up jobs, in milliseconds; the platform ends it after 150 s. */
const RUN_MS = 40_000;
/** How long one job may go on before another has its turn, in milliseconds. */
const SLICE_MS = 5_000;

/** How long it takes until whoever was at a job that is given up has certainly ended, in seconds. */
const ENDED_S = 150;

/** What a run is made of. */
export interface Run {
  readonly queue: JobQueue;
  /** How jobs are done, by their kind. */
  readonly kinds: ReadonlyMap<string, JobKind>;
  readonly clock: Pick<Clock, "now">;
}

/** What a run did, in slices of jobs. */
export interface Ran {
  readonly slices: number;
  readonly done: number;
  readonly failed: number;
  /** Slices whose job another worker had taken over by then, or somebody had cancelled. */
  readonly lost: number;
}

/**
 * Takes up jobs that are due, a slice of each at a time, until none is due or the time is up. Several
 * runs at once are safe: each job is one worker's.
 */
export async function runJobs({ queue, kinds, clock }: Run): Promise<Ran> {
  const ran = { slices: 0, done: 0, failed: 0, lost: 0 };
  const end = clock.now() + RUN_MS;
  while (clock.now() < end) {
    const job = await queue.claim();
    if (job === null) break;
    ran.slices++;
    const ended = await runSlice(job, { queue, kinds, clock });
    if (ended !== "queued") ran[ended]++;
  }
  return ran;
}

async function runSlice(
  job: ClaimedJob,
  { queue, kinds, clock }: Run,
): Promise<"queued" | "done" | "failed" | "lost"> {
  const about = { job_id: job.id, kind: job.kind, tenant_id: job.user_id, attempts: job.attempts };
  const kind = kinds.get(job.kind);
  const maxAttempts = kind?.maxAttempts ?? 1;
  const { given_up } = job.progress;
  try {
    if (kind === undefined) throw new Error(`No job is of the kind ${job.kind}`);
    if (typeof given_up === "string") {
      await kind.clearAway?.(job);
      if (!await queue.fail(job, given_up, true)) throw new LostJob();
      return "done";
    }
    // A slice that kills its worker says nothing: it is known by the leases that ran out.
    if (job.attempts >= maxAttempts) throw new Error("The job's workers were lost");
    const outcome = await kind.run(job, sliceOf(job, queue, clock));
    if (!await keep(job, outcome, queue)) throw new LostJob();
    log.info("job slice", { ...about, state: outcome.state });
    return outcome.state === "queued" ? "queued" : "done";
  } catch (cause) {
    if (cause instanceof LostJob) {
      log.warn("job lost", about);
      return "lost";
    }
    const final = given_up === undefined && job.attempts + 1 >= maxAttempts;
    log.error("job slice failed", { ...about, final, cause });
    const reason = reasonOf(cause);
    if (final && kind?.clearAway !== undefined) return await giveUp(job, reason, queue);
    await queue.fail(job, reason, final);
    return "failed";
  }
}

/** Has a job cleared away in a slice of its own: by then nobody writes any more what is to be removed. */
async function giveUp(
  job: ClaimedJob,
  reason: string,
  queue: JobQueue,
): Promise<"failed" | "lost"> {
  const progress = { ...job.progress, given_up: reason };
  const isKept = await queue.release(job, { progress, state: "queued", waitSeconds: ENDED_S });
  return isKept ? "failed" : "lost";
}

function sliceOf(job: ClaimedJob, queue: JobQueue, clock: Pick<Clock, "now">): Slice {
  const end = clock.now() + SLICE_MS;
  return {
    hasTime: () => clock.now() < end,
    async save(progress) {
      if (!await queue.save(job, progress)) throw new LostJob();
    },
  };
}

async function keep(job: ClaimedJob, outcome: Outcome, queue: JobQueue): Promise<boolean> {
  if (outcome.state === "written") return true;
  const { progress, state } = outcome;
  const waitSeconds = (state === "queued" && outcome.waitSeconds) || 0;
  return await queue.release(job, { progress, state, waitSeconds });
}

/** For the operator, who finds it in the row: a code and what it is about, never a value. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Problem)) return cause instanceof Error ? cause.name : "unknown";
  return [cause.code, ...cause.errors?.map(({ path }) => path) ?? []].join(" ");
}
