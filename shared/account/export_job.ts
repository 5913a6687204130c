import { z } from "zod";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { putLines } from "../storage/lines.ts";
import { copyObject, putObject, removeObjects, type Stored } from "../storage/objects.ts";
import { openRows, requireOpeners } from "./opened_rows.ts";
import {
  listPersonalObjects,
  type PersonalObject,
  type PersonalTable,
  personalTables,
  readPersonalRows,
} from "./personal_data.ts";

/** Where exports are kept, each in a folder of its own below its user's. */
export const EXPORTS_BUCKET = "exports";

/** How long an export is kept once it is complete, in seconds. */
const KEPT_S = 7 * 24 * 3600;
/** How many rows are read at once: at first, and at most where all of them came. */
const ROWS = { first: 500, most: 4_000 } as const;
/** When a part of a table is large enough, in bytes before it is compressed. */
const PART_BYTES = 8 * 1024 * 1024;

const exportFile = z.object({
  /** Within the export. */
  path: z.string(),
  /** What it holds: rows of a table, or an object of a bucket. */
  table: z.string().optional(),
  rows: z.number().optional(),
  bucket: z.string().optional(),
  object: z.string().optional(),
  bytes: z.number(),
  sha256: z.string(),
});

/** A file of an export. */
export type ExportFile = Readonly<z.output<typeof exportFile>>;

const progressSchema = z.object({
  begun_at: z.string(),
  stage: z.enum(["tables", "objects", "manifest"]),
  /** The table that is being read, or was last; the place within it; how many parts it has. */
  table: z.string().nullable(),
  after: z.array(z.string()).nullable(),
  parts: z.number(),
  /** The object that was copied last. */
  object: z.object({ bucket: z.string(), name: z.string() }).nullable(),
  /** How many rows were written of each table that is complete or begun. */
  counts: z.record(z.string(), z.number()),
  rows: z.number(),
  files: z.array(exportFile),
  manifest: exportFile.optional(),
  ready_at: z.string().optional(),
  expires_at: z.string().optional(),
});

type ExportProgress = z.output<typeof progressSchema>;

/**
 * Writes everything that there is of a user into storage: each table as JSON Lines in compressed
 * parts, copies of the user's objects, and a manifest with the count and the SHA-256 of each. What was
 * said in calls is in clear, however it is stored. Parts have names of their own, so that a slice that
 * was lost is written again in its place.
 */
export function exportJob(now: () => Date): JobKind {
  return {
    maxAttempts: 20,
    run: (job, slice) => run(job, slice, now),
    clearAway: (job) => removeFiles(folderOf(job)),
  };
}

async function run(job: ClaimedJob, slice: Slice, now: () => Date): Promise<Outcome> {
  const folder = folderOf(job);
  const progress = "stage" in job.progress ? progressSchema.parse(job.progress) : beginning(now());
  if (progress.ready_at !== undefined) return await expire(folder, progress);
  if (progress.stage === "tables") {
    if (!await writeTables(folder, progress, slice)) return { state: "queued", progress };
  }
  if (progress.stage === "objects") {
    if (!await copyObjects(folder, progress, slice)) return { state: "queued", progress };
  }
  const end = now();
  progress.manifest = await writeManifest(folder, progress, end);
  progress.ready_at = end.toISOString();
  progress.expires_at = new Date(end.getTime() + KEPT_S * 1000).toISOString();
  return { state: "queued", progress, waitSeconds: KEPT_S };
}

function beginning(now: Date): ExportProgress {
  return {
    begun_at: now.toISOString(),
    stage: "tables",
    table: null,
    after: null,
    parts: 0,
    object: null,
    counts: {},
    rows: 0,
    files: [],
  };
}

/** Whose export it is, and which. */
interface Folder {
  readonly userId: string;
  readonly id: string;
}

function folderOf({ user_id, id }: ClaimedJob): Folder {
  if (user_id === null) throw new Error("An export is a user's");
  return { userId: user_id, id };
}

/** Where an export's files begin, with a slash at the end. */
export function exportFolder({ userId, id }: Folder): string {
  return `${userId}/${id}/`;
}

function placeOf(folder: Folder, path: string): PersonalObject {
  return { bucket: EXPORTS_BUCKET, name: exportFolder(folder) + path };
}

/** Writes tables until all are written, which is true, or the time is up. */
async function writeTables(
  folder: Folder,
  progress: ExportProgress,
  slice: Slice,
): Promise<boolean> {
  const tables = await personalTables();
  requireOpeners(tables);
  for (let table; (table = nextTable(tables, progress)) !== undefined;) {
    do {
      if (!slice.hasTime()) return false;
      if (table !== progress.table) Object.assign(progress, { table, after: null, parts: 0 });
      if (await writePart(folder, table, progress)) await slice.save(progress);
    } while (progress.after !== null);
  }
  progress.stage = "objects";
  await slice.save(progress);
  return true;
}

function nextTable(
  tables: readonly PersonalTable[],
  { table, after, counts }: ExportProgress,
): string | undefined {
  if (table !== null && after !== null) return table;
  // Not what comes after the last one in the alphabet: whatever was not read is read.
  return tables.find(({ name }) => counts[name] === undefined)?.name;
}

/** Writes one part of a table, if it has rows that are not written yet. */
async function writePart(
  folder: Folder,
  table: string,
  progress: ExportProgress,
): Promise<boolean> {
  const texts: string[] = [];
  let [rows, size, count] = [0, 0, ROWS.first as number];
  do {
    const { after } = progress;
    const part = await readPersonalRows(folder.userId, { table, after, count });
    progress.after = part.after;
    // Fewer came where they are wide; then it is not worth looking for more of them.
    count = part.rows < count ? ROWS.first : Math.min(count * 2, ROWS.most);
    const lines = await openRows(part.lines, { table, userId: folder.userId });
    if (part.rows > 0) texts.push(lines);
    rows += part.rows;
    size += lines.length;
  } while (progress.after !== null && size < PART_BYTES);
  progress.counts[table] = (progress.counts[table] ?? 0) + rows;
  if (rows === 0) return false;
  progress.parts++;
  progress.rows += rows;
  const path = `${table}.${String(progress.parts).padStart(5, "0")}.jsonl.gz`;
  const stored = await putLines(placeOf(folder, path), `${texts.join("\n")}\n`);
  progress.files.push({ path, table, rows, ...stored });
  return true;
}

/** Copies objects until all are copied, which is true, or the time is up. */
async function copyObjects(
  folder: Folder,
  progress: ExportProgress,
  slice: Slice,
): Promise<boolean> {
  for (let found; (found = await listPersonalObjects(folder.userId, progress.object)).length > 0;) {
    for (const object of found) {
      if (!slice.hasTime()) return false;
      progress.object = object;
      // Exports hold what they were made of; a copy of each in the next would grow without end.
      if (object.bucket === EXPORTS_BUCKET) continue;
      const path = `files/${object.bucket}/${object.name}`;
      const stored = await copyObject(object, placeOf(folder, path));
      if (stored === undefined) continue;
      progress.files.push({ path, bucket: object.bucket, object: object.name, ...stored });
      await slice.save(progress);
    }
  }
  progress.stage = "manifest";
  await slice.save(progress);
  return true;
}

async function writeManifest(
  folder: Folder,
  { begun_at, counts, files }: ExportProgress,
  end: Date,
): Promise<ExportFile> {
  const tables = await personalTables();
  const manifest = {
    format: "switchboard-export/1",
    user_id: folder.userId,
    export_id: folder.id,
    begun_at,
    completed_at: end.toISOString(),
    tables: tables.filter(({ name }) => counts[name] !== undefined)
      .map(({ name, withheld }) => ({ name, rows: counts[name], withheld })),
    objects: files.filter(({ object }) => object !== undefined).length,
    files,
  };
  const content = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  const path = "manifest.json";
  const stored: Stored = await putObject(placeOf(folder, path), content, "application/json");
  return { path, ...stored };
}

/** Ends an export that was kept long enough. */
async function expire(folder: Folder, progress: ExportProgress): Promise<Outcome> {
  await removeFiles(folder);
  const { manifest: _, ...rest } = progress;
  return { state: "done", progress: { ...rest, files: [] } };
}

/** Removes the files of an export, parts of slices that were lost included. */
async function removeFiles(folder: Folder): Promise<void> {
  let last: PersonalObject | null = {
    bucket: EXPORTS_BUCKET,
    name: exportFolder(folder),
  };
  for (let found; (found = await listPersonalObjects(folder.userId, last)).length > 0;) {
    const own = found.filter(({ bucket, name }) =>
      bucket === EXPORTS_BUCKET && name.startsWith(exportFolder(folder))
    );
    if (own.length === 0) break;
    await removeObjects(own);
    last = own.at(-1) ?? null;
  }
}
