import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { getObject, putObject, removeObjects } from "../account/objects.ts";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";

/** Where rows are kept that their tables have let go, each tenant's in a folder of its own. */
const BUCKET = "archives";
/** How many rows an object has at most; they are locked while they are deleted. */
const ROWS = 200;
/** When to look again after rows changed under the archive's hands, in seconds. */
const PATIENCE_S = 60;

const NO_USER = "nobody but the service takes rows out of every tenant's tables";

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const chunkSchema = z.object({
  table: z.string(),
  user_id: z.string(),
  begun_at: z.string(),
  ended_at: z.string(),
  lines: z.string(),
  rows: z.number(),
}).nullable();

const progressSchema = z.object({
  /** The object that is being written: nobody's, unless the rows in it were deleted. */
  pending: z.string().nullable().default(null),
  objects: z.number().default(0),
  rows: z.number().default(0),
});

/**
 * Writes rows that are to go, a tenant's at a time, as compressed JSON Lines, reads them back, and has
 * the database delete them if they are still the same. What a lost slice left behind is removed.
 */
export const archiveJob: JobKind = { maxAttempts: 20, run };

async function run(job: ClaimedJob, slice: Slice): Promise<Outcome> {
  const progress = progressSchema.parse(job.progress);
  if (progress.pending !== null && !await isArchive(progress.pending)) {
    await removeObjects([{ bucket: BUCKET, name: progress.pending }]);
  }
  progress.pending = null;
  while (slice.hasTime()) {
    const chunk = unwrap(
      await patientClient(NO_USER).rpc("next_archive_chunk", { p_rows: ROWS }),
      chunkSchema,
    );
    if (chunk === null) return { state: "done", progress };
    const { lines, ...which } = chunk;
    const name = `${which.user_id}/${which.table}/${which.begun_at}_${crypto.randomUUID()}.jsonl.gz`
      .replaceAll(":", "-").replaceAll("+", "_");
    progress.pending = name;
    await slice.save(progress);
    const sha256 = await store(name, lines);
    const forgotten = unwrap(
      await patientClient(NO_USER).rpc("forget_archived", {
        p_job_id: job.id,
        p_fence: job.fence,
        p_chunk: which,
        p_object: name,
        p_sha256: sha256,
      }),
      z.boolean(),
    );
    if (!forgotten) {
      await removeObjects([{ bucket: BUCKET, name }]);
      progress.pending = null;
      return { state: "queued", progress, waitSeconds: PATIENCE_S };
    }
    progress.pending = null;
    progress.objects++;
    progress.rows += which.rows;
    await slice.save(progress);
  }
  return { state: "queued", progress };
}

/** Stores lines and reads them back; the SHA-256 of what came, in hex, before it was compressed. */
async function store(name: string, lines: string): Promise<string> {
  const object = { bucket: BUCKET, name };
  await putObject(object, new Uint8Array(await compress(lines)), "application/gzip");
  const found = await decompress(await getObject(object));
  return createHash("sha256").update(found).digest("hex");
}

async function isArchive(name: string): Promise<boolean> {
  return unwrap(
    await patientClient(NO_USER).rpc("is_archive", { p_object: name }),
    z.boolean(),
  );
}
