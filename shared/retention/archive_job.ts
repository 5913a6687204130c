import { createHash } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { getLines, putLines } from "../storage/lines.ts";
import { removeObjects } from "../storage/objects.ts";

/** Where rows are kept that their tables have let go, each tenant's in a folder of its own. */
const BUCKET = "archives";
/** How many rows an object has: at first, at least and at most; they are locked while they are deleted. */
const ROWS = { first: 200, least: 10, most: 1_000 } as const;
/** About how much an object holds before it is compressed, in bytes. */
const BYTES = 2 * 1024 * 1024;
/** A deletion that takes longer than this, in milliseconds, is followed by one of fewer rows. */
const SLOW_MS = 80;
/** One that takes less than this is followed by one of more. */
const FAST_MS = 30;
/** When to look again after rows changed under the archive's hands, in seconds. */
const PATIENCE_S = 60;
/** How many objects that nobody needs are removed at once. */
const STRAYS = 100;

const NO_USER = "nobody but the service takes rows out of every tenant's tables";

const chunkSchema = z.object({
  table: z.string(),
  /** Whose rows they are: a user, or of the trail a subject. */
  tenant: z.string(),
  /** Null for rows that are no user's. */
  user_id: z.string().nullable(),
  keys: z.array(z.array(z.string())),
  begun_at: z.string(),
  lines: z.string(),
  rows: z.number(),
});

type Chunk = z.output<typeof chunkSchema>;

const progressSchema = z.object({
  /** The object that is being written: nobody's, unless the rows in it were deleted. */
  pending: z.string().nullable().default(null),
  /** Whose rows of which table were archived last. */
  last: z.object({ table: z.string(), tenant: z.string() }).nullable().default(null),
  /** How many rows are tried next. */
  size: z.number().default(ROWS.first),
  objects: z.number().default(0),
  rows: z.number().default(0),
});

/**
 * Writes rows that are to go, a tenant's at a time, as compressed JSON Lines, reads them back, and has
 * the database delete them if they are still the same. What a lost slice left behind is removed.
 * Whatever storage does, nothing goes that it did not give back, and the job is tried again for ever.
 */
export function archiveJob(clock: Pick<Clock, "now">): JobKind {
  return { maxAttempts: Infinity, run: (job, slice) => run(job, slice, clock) };
}

async function run(job: ClaimedJob, slice: Slice, clock: Pick<Clock, "now">): Promise<Outcome> {
  const progress = progressSchema.parse(job.progress);
  if (progress.pending !== null && !await isArchive(progress.pending)) {
    await removeObjects([{ bucket: BUCKET, name: progress.pending }]);
  }
  progress.pending = null;
  while (slice.hasTime()) {
    const chunk = await nextChunk(progress);
    if (chunk === null) {
      await removeStrays(slice);
      return { state: "done", progress };
    }
    const name = nameOf(chunk);
    progress.pending = name;
    progress.last = { table: chunk.table, tenant: chunk.tenant };
    await slice.save(progress);
    const sha256 = await store(name, chunk.lines, () => slice.save(progress));
    const start = clock.now();
    const forgotten = await forget(job, chunk, { name, sha256 });
    const took = clock.now() - start;
    if (took > SLOW_MS) progress.size = Math.max(ROWS.least, Math.floor(progress.size / 2));
    else if (took < FAST_MS) progress.size = Math.min(ROWS.most, progress.size * 2);
    progress.pending = null;
    if (!forgotten) {
      await removeObjects([{ bucket: BUCKET, name }]);
      return { state: "queued", progress, waitSeconds: PATIENCE_S };
    }
    progress.objects++;
    progress.rows += chunk.rows;
    await slice.save(progress);
  }
  return { state: "queued", progress };
}

async function nextChunk({ size, last }: z.output<typeof progressSchema>): Promise<Chunk | null> {
  const args = { p_rows: size, p_bytes: BYTES, p_last: last };
  return unwrap(
    await patientClient(NO_USER).rpc("next_archive_chunk", args),
    chunkSchema.nullable(),
  );
}

/** In the folder of whose rows they are, so that an erasure and an export find it. */
function nameOf({ user_id, tenant, table, begun_at }: Chunk): string {
  return `${user_id ?? tenant}/${table}/${begun_at}_${crypto.randomUUID()}.jsonl.gz`
    .replaceAll(":", "-").replaceAll("+", "_");
}

/**
 * Stores lines and reads them back; the SHA-256 of what came, in hex, before it was compressed.
 *
 * @param onStored called in between, either of which may take as long as a lease.
 */
async function store(name: string, lines: string, onStored: () => Promise<void>): Promise<string> {
  const object = { bucket: BUCKET, name };
  await putLines(object, lines);
  await onStored();
  const found = await getLines(object);
  await onStored();
  return createHash("sha256").update(found).digest("hex");
}

/** Has the rows deleted; false where they are not to go any more as they were read. */
async function forget(
  { id, fence }: ClaimedJob,
  { table, tenant, user_id, keys }: Chunk,
  { name, sha256 }: { name: string; sha256: string },
): Promise<boolean> {
  const result = await patientClient(NO_USER).rpc("forget_archived", {
    p_job_id: id,
    p_fence: fence,
    p_chunk: { table, tenant, user_id, keys },
    p_object: name,
    p_sha256: sha256,
  });
  return unwrap(result, z.boolean());
}

/** Removes what workers left behind that were lost for good, until there is nothing or the time is up. */
async function removeStrays(slice: Slice): Promise<void> {
  while (slice.hasTime()) {
    const names = unwrap(
      await patientClient(NO_USER).rpc("stray_archives", { p_limit: STRAYS }),
      z.array(z.string()),
    );
    if (names.length === 0) return;
    await removeObjects(names.map((name) => ({ bucket: BUCKET, name })));
  }
}

async function isArchive(name: string): Promise<boolean> {
  return unwrap(
    await patientClient(NO_USER).rpc("is_archive", { p_object: name }),
    z.boolean(),
  );
}
