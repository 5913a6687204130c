import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { removeObjects } from "../storage/objects.ts";
import {
  beginErasure,
  erasePersonalRows,
  erasureOrder,
  finishErasure,
  listPersonalObjects,
} from "./personal_data.ts";

/** How many rows are deleted at once: at first, at least and at most. */
const ROWS = { first: 100, least: 1, most: 500 } as const;
/** A deletion that takes longer than this, in milliseconds, is followed by one of fewer rows; rows are locked for so long. */
const SLOW_MS = 60;
/** One that takes less than this is followed by one of more. */
const FAST_MS = 20;
/** When to look again while another job of the user is under way, in seconds. */
const PATIENCE_S = 15;

const progressSchema = z.object({
  erased_after: z.string(),
  started_at: z.string().optional(),
  /** How many rows were deleted of each table, and how many objects. */
  erased: z.record(z.string(), z.number()).default({}),
});

type ErasureProgress = z.output<typeof progressSchema>;

/**
 * Erases an account: rows, objects, the auth user, and last what names the user in the audit trail.
 * It is over when a count over every table finds nothing; what was written in the meantime is erased
 * by going through all of it again.
 */
export function erasureJob(clock: Pick<Clock, "now">): JobKind {
  // A person has a right to it: whatever stands in the way, it is tried again.
  return { maxAttempts: Infinity, run: (job, slice) => run(job, slice, clock) };
}

async function run(
  job: ClaimedJob,
  slice: Slice,
  clock: Pick<Clock, "now">,
): Promise<Outcome> {
  if (job.user_id === null) throw new Error("An erasure is a user's");
  const userId = job.user_id;
  const progress = progressSchema.parse(job.progress);
  const free = await beginErasure(job);
  progress.started_at ??= new Date().toISOString();
  if (!free) return { state: "queued", progress, waitSeconds: PATIENCE_S };
  const tables = await erasureOrder();
  const users = tables.pop();
  if (users === undefined) throw new Error("There is no table of users");
  for (const table of tables) {
    if (!await emptyTable(userId, table, { progress, slice, clock })) {
      return { state: "queued", progress };
    }
  }
  if (!await removeAllObjects(userId, progress, slice)) return { state: "queued", progress };
  if (!await emptyTable(userId, users, { progress, slice, clock })) {
    return { state: "queued", progress };
  }
  await slice.save(progress);
  const remains = await finishErasure(job);
  if (Object.keys(remains).length === 0) return { state: "written" };
  return { state: "queued", progress, waitSeconds: PATIENCE_S };
}

/** What goes along with a slice. */
interface Work {
  readonly progress: ErasureProgress;
  readonly slice: Slice;
  readonly clock: Pick<Clock, "now">;
}

/** Deletes a user's rows of a table until there are none, which is true, or the time is up. */
async function emptyTable(
  userId: string,
  table: string,
  { progress, slice, clock }: Work,
): Promise<boolean> {
  for (let [count, deleted] = [ROWS.first as number, 1]; deleted > 0;) {
    if (!slice.hasTime()) return false;
    const start = clock.now();
    deleted = await erasePersonalRows(userId, table, count);
    const took = clock.now() - start;
    if (took > SLOW_MS) count = Math.max(ROWS.least, Math.floor(count / 2));
    else if (took < FAST_MS) count = Math.min(ROWS.most, count * 2);
    if (deleted > 0) {
      progress.erased[table] = (progress.erased[table] ?? 0) + deleted;
      await slice.save(progress);
    }
  }
  return true;
}

/** Removes objects until there are none, which is true, or the time is up. */
async function removeAllObjects(
  userId: string,
  progress: ErasureProgress,
  slice: Slice,
): Promise<boolean> {
  for (let found; (found = await listPersonalObjects(userId, null)).length > 0;) {
    if (!slice.hasTime()) return false;
    await removeObjects(found);
    const left = await listPersonalObjects(userId, null);
    const gone = found.filter(({ bucket, name }) =>
      !left.some((other) =>
        other.bucket === bucket && other.name === name
      )
    ).length;
    if (gone === 0) throw new Error("Storage keeps objects that were removed");
    progress.erased["storage.objects"] = (progress.erased["storage.objects"] ?? 0) + gone;
    await slice.save(progress);
  }
  return true;
}
