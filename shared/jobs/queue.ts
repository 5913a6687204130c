import { z } from "zod";
import { adminClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import { type ClaimedJob, claimedJob, type Progress } from "./job.ts";

/** How long a job is its worker's unless it saves, in seconds. After that it is another's. */
export const LEASE_S = 60;

const NO_USER = "jobs go on when their users are long gone";

/** The queue of jobs, as a worker needs it. */
export interface JobQueue {
  claim(): Promise<ClaimedJob | null>;
  /** Each of these is false where the job is no longer the worker's. */
  save(job: ClaimedJob, progress: Progress): Promise<boolean>;
  release(job: ClaimedJob, end: Release): Promise<boolean>;
  fail(job: ClaimedJob, error: string, final: boolean): Promise<boolean>;
}

/** How a job leaves its worker. */
export interface Release {
  readonly progress: Progress;
  readonly state: "queued" | "done";
  readonly waitSeconds: number;
}

/** `private.jobs`, through the Data API. */
export const jobQueue: JobQueue = {
  claim: () => call("claim_job", { p_lease_seconds: LEASE_S }, claimedJob.nullable()),
  save: ({ id, fence }, progress) =>
    call("save_job", {
      p_id: id,
      p_fence: fence,
      p_progress: progress,
      p_lease_seconds: LEASE_S,
    }, z.boolean()),
  release: ({ id, fence }, { progress, state, waitSeconds }) =>
    call("release_job", {
      p_id: id,
      p_fence: fence,
      p_progress: progress,
      p_state: state,
      p_wait_seconds: waitSeconds,
    }, z.boolean()),
  fail: ({ id, fence }, error, final) =>
    call("fail_job", { p_id: id, p_fence: fence, p_error: error, p_final: final }, z.boolean()),
};

async function call<Schema extends z.ZodType>(
  name: string,
  args: object,
  schema: Schema,
): Promise<z.output<Schema>> {
  return unwrap(await adminClient(NO_USER).rpc(name, args), schema);
}
