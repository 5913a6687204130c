import { z } from "zod";

/** A job as a worker takes it up: what is to be done, for whom, and how far it is. */
export const claimedJob = z.object({
  id: z.string(),
  /** Null for a job of the operator's. */
  user_id: z.string().nullable(),
  kind: z.string(),
  /** In the form of the job's kind; empty at first. */
  progress: z.record(z.string(), z.unknown()),
  /** Slices that failed or got lost since the last that did not. */
  attempts: z.number(),
  /** Grows with every claim, so that who lost the job cannot save. */
  fence: z.number(),
});

/** A job that is this worker's for the time of its lease. */
export type ClaimedJob = Readonly<z.output<typeof claimedJob>>;

/** How far a job is. */
export type Progress = Readonly<Record<string, unknown>>;

/** How a slice of a job ended, where it did not fail. */
export type Outcome =
  /** There is more to do, at once or in so many seconds. */
  | { readonly state: "queued"; readonly progress: Progress; readonly waitSeconds?: number }
  | { readonly state: "done"; readonly progress: Progress }
  /** The job's own SQL function has written that it is done. */
  | { readonly state: "written" };

/** What a slice may do with its job, and how long it has. */
export interface Slice {
  /** Whether there is time to begin something that takes a second or so. */
  hasTime(): boolean;
  /**
   * Saves how far the job is and goes on with it.
   *
   * @throws {LostJob} if another worker has taken it over, or it was cancelled.
   */
  save(progress: Progress): Promise<void>;
}

/** One kind of job, and how a slice of it is done. Whatever was done twice must come to the same. */
export interface JobKind {
  /** After so many failures in a row the job is given up; infinite for one that must be done. */
  readonly maxAttempts: number;
  run(job: ClaimedJob, slice: Slice): Promise<Outcome>;
  /** Removes what a job that is given up leaves behind. Called until it succeeds. */
  clearAway?(job: ClaimedJob): Promise<void>;
}

/** A job that is no longer this worker's. */
export class LostJob extends Error {
  override name = "LostJob";
}
