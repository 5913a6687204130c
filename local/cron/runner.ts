import { z } from "zod";
import { sleep } from "#shared/clock.ts";
import { log } from "#shared/log.ts";
import type { Database } from "../database/database.ts";
import { nextDue } from "./schedule.ts";

/** Time, as the runner sees it. */
export interface Clock {
  now(): Date;
  /** Waits so many milliseconds, or until the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The clock on the wall. */
export const WALL_CLOCK: Clock = { now: () => new Date(), sleep };

/** How long a new job may go unnoticed. */
const LOOK_AGAIN_MS = 5_000;

/** How long a job in progress may take when the stack stops. */
const DRAIN_MS = 5_000;

const job = z.object({
  jobid: z.coerce.string(),
  name: z.string().nullable(),
  schedule: z.string(),
  command: z.string(),
  begun_at: z.coerce.date(),
});
type Job = z.output<typeof job>;

/**
 * Runs the active rows of `cron.job` where no pg_cron does: each as often as it is due, one run per
 * job at a time, with a row in `cron.job_run_details` for each. What came due while the stack was
 * off runs once when it starts. No failure of a job or of the database stops the others.
 */
export class CronRunner {
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #refused = new Map<string, string>();
  #loop: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database, private readonly clock: Clock = WALL_CLOCK) {}

  /** Begins to watch the time. */
  start(): void {
    this.#loop = this.#watch();
  }

  /** Stops, after the runs in progress; a run that takes too long is left to the closing database. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    const drained = new AbortController();
    await Promise.race([
      Promise.all(this.#running.values()),
      WALL_CLOCK.sleep(DRAIN_MS, drained.signal),
    ]);
    drained.abort();
  }

  /**
   * Begins every run that is due now.
   *
   * @returns when something is due next, as far as is known, and the runs that were begun.
   */
  async tick(): Promise<{ next: Date | undefined; begun: Promise<void> }> {
    const now = this.clock.now();
    const begun: Promise<void>[] = [];
    let next: Date | undefined;
    for (const each of await this.#jobs()) {
      if (this.#running.has(each.jobid)) continue;
      let due = this.#due(each, each.begun_at);
      if (due !== undefined && due <= now) {
        begun.push(this.#run(each, now));
        due = this.#due(each, now);
      }
      if (due !== undefined && (next === undefined || due < next)) next = due;
    }
    return { next, begun: Promise.all(begun).then(() => {}) };
  }

  async #watch(): Promise<void> {
    await this.#guarded("cron start failed", () => this.#closeInterruptedRuns());
    while (!this.#stop.signal.aborted) {
      const ticked = await this.#guarded("cron tick failed", () => this.tick());
      const now = this.clock.now().getTime();
      const wait = (ticked?.next?.getTime() ?? Infinity) - now;
      await this.clock.sleep(
        Math.min(Math.max(wait, 100), LOOK_AGAIN_MS),
        this.#stop.signal,
      );
    }
  }

  /** Runs that a kill cut off, as pg_cron says it of them. */
  async #closeInterruptedRuns(): Promise<void> {
    await this.database.query(
      `update cron.job_run_details set status = 'failed', return_message = 'server restarted', end_time = now()
        where status in ('starting', 'running')`,
    );
  }

  async #jobs(): Promise<Job[]> {
    const rows = await this.database.query(
      `select jobid::text, jobname as name, schedule, command, begun_at
        from cron.job where active order by jobid`,
    );
    return rows.map((row) => job.parse(row));
  }

  #due(each: Job, after: Date): Date | undefined {
    try {
      return nextDue(each.schedule, after);
    } catch {
      // Once for each schedule that cannot be read, not at every tick.
      if (this.#refused.get(each.jobid) !== each.schedule) {
        this.#refused.set(each.jobid, each.schedule);
        log.error("cron schedule not understood", { job: each.name, schedule: each.schedule });
      }
      return undefined;
    }
  }

  #run(each: Job, now: Date): Promise<void> {
    const run = this.#guarded("cron run failed", () => this.#execute(each, now)).then(() => {
      this.#running.delete(each.jobid);
    });
    this.#running.set(each.jobid, run);
    return run;
  }

  async #execute(each: Job, now: Date): Promise<void> {
    const [row] = await this.database.query(
      `with begun as (update cron.job set begun_at = $2 where jobid = $1 returning *)
        insert into cron.job_run_details (jobid, database, username, command, status, start_time)
          select jobid, database, username, command, 'running', $2 from begun returning runid::text`,
      [each.jobid, now.toISOString()],
    );
    // Unscheduled since it was read.
    if (row === undefined) return;
    const { status, message } = await this.#outcome(each);
    await this.database.query(
      "update cron.job_run_details set status = $2, return_message = $3, end_time = $4 where runid = $1",
      [String(row.runid), status, message, this.clock.now().toISOString()],
    );
  }

  async #outcome({ name, command }: Job): Promise<{ status: string; message: string }> {
    try {
      await this.database.exec(command);
      return { status: "succeeded", message: "OK" };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.error("cron job failed", { job: name, message });
      return { status: "failed", message };
    }
  }

  async #guarded<T>(event: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (cause) {
      // While closing, the database may be gone before the last run has said so.
      if (!this.#stop.signal.aborted) log.error(event, { cause });
      return undefined;
    }
  }
}
