import { z } from "zod";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { getLines, putLines } from "../storage/lines.ts";

/** Where the newest links of the trail's chains are kept, out of reach of who may write the database. */
export const HEADS_BUCKET = "audit-heads";
/** How many heads a file has. */
const HEADS = 10_000;

const NO_USER = "the heads of every tenant's chain are the operator's";

const heads = z.array(
  z.object({ subject_id: z.string(), entries: z.number(), hash: z.string() }),
);

const progressSchema = z.object({
  /** When it began: the folder that its files are in. */
  begun_at: z.string().optional(),
  after: z.string().nullable().default(null),
  files: z.number().default(0),
  heads: z.number().default(0),
});

/**
 * Writes the newest link of each chain of the audit trail into storage, as compressed JSON Lines, and
 * reads each file back. Files have names of their own, so that a slice that was lost writes them again
 * in their place.
 */
export function headsJob(now: () => Date): JobKind {
  return { maxAttempts: 20, run: (job, slice) => run(job, slice, now) };
}

async function run(job: ClaimedJob, slice: Slice, now: () => Date): Promise<Outcome> {
  const progress = progressSchema.parse(job.progress);
  const folder = progress.begun_at ??= now().toISOString();
  await slice.save(progress);
  while (slice.hasTime()) {
    const args = { p_after: progress.after, p_count: HEADS };
    const found = unwrap(await patientClient(NO_USER).rpc("list_audit_heads", args), heads);
    const last = found.at(-1);
    if (last === undefined) return { state: "done", progress };
    const path = `${String(progress.files + 1).padStart(5, "0")}.jsonl.gz`;
    await store(`${folder.replaceAll(":", "-")}/${path}`, found);
    progress.after = last.subject_id;
    progress.files++;
    progress.heads += found.length;
    await slice.save(progress);
  }
  return { state: "queued", progress };
}

/** Stores heads, and fails unless they come back as they are. */
async function store(name: string, found: z.output<typeof heads>): Promise<void> {
  const object = { bucket: HEADS_BUCKET, name };
  const lines = found.map((head) => `${JSON.stringify(head)}\n`).join("");
  await putLines(object, lines);
  const back = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await getLines(object));
  if (back !== lines) throw new Error("Storage gave back something else than it was given");
}
