import { createHash } from "node:crypto";
import { adminStorage } from "../db/clients.ts";
import { Problem } from "../http/problem.ts";

const NO_USER = "nobody but the service writes exports, avatars and archives, or erases";

/** How long one transfer may take, in milliseconds. */
const DEADLINE_MS = 50_000;

/** Where an object is in storage. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly name: string;
}

/** What was stored. */
export interface Stored {
  readonly bytes: number;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
}

/**
 * Stores bytes; what is there under the same name is replaced.
 *
 * @throws {Problem} `storage_unavailable`.
 */
export async function putObject(
  { bucket, name }: ObjectPlace,
  content: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Stored> {
  const { error } = await storage().from(bucket)
    .upload(name, content, { contentType, upsert: true });
  if (error !== null) throw unavailable(error);
  return { bytes: content.byteLength, sha256: createHash("sha256").update(content).digest("hex") };
}

/**
 * Reads an object whole.
 *
 * @throws {Problem} `storage_unavailable`, also where there is no such object.
 */
export async function getObject(
  { bucket, name }: ObjectPlace,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data, error } = await storage().from(bucket).download(name);
  if (error !== null) throw unavailable(error);
  return new Uint8Array(await data.arrayBuffer());
}

/**
 * Copies an object as its bytes come, whatever their number.
 *
 * @returns undefined where there is no such object any more.
 * @throws {Problem} `storage_unavailable`.
 */
export async function copyObject(
  from: ObjectPlace,
  to: ObjectPlace,
): Promise<Stored | undefined> {
  const source = await storage().from(from.bucket).download(from.name).asStream();
  if (source.error !== null) {
    if (isMissing(source.error)) return undefined;
    throw unavailable(source.error);
  }
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = source.data.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        hash.update(chunk);
        controller.enqueue(chunk);
      },
    }),
  );
  const { error } = await storage().from(to.bucket)
    .upload(to.name, counted, { contentType: "application/octet-stream", upsert: true });
  if (error !== null) throw unavailable(error);
  return { bytes, sha256: hash.digest("hex") };
}

/**
 * Removes objects; those that are not there are no failure.
 *
 * @throws {Problem} `storage_unavailable`.
 */
export async function removeObjects(objects: readonly ObjectPlace[]): Promise<void> {
  for (const [bucket, group] of Map.groupBy(objects, ({ bucket }) => bucket)) {
    const { error } = await storage().from(bucket).remove(group.map(({ name }) => name));
    if (error !== null) throw unavailable(error);
  }
}

function storage() {
  return adminStorage(NO_USER, AbortSignal.timeout(DEADLINE_MS));
}

function isMissing(error: object): boolean {
  // The platform answers 400 and says 404 in the body.
  return ("statusCode" in error && String(error.statusCode) === "404") ||
    ("status" in error && error.status === 404);
}

function unavailable(cause: unknown): Problem {
  return new Problem("storage_unavailable", undefined, { cause });
}
