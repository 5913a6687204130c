import { z } from "zod";
import { parseJson } from "#shared/json.ts";
import { StorageFailure } from "./failure.ts";
import { type Files, tooLarge, type WrittenFile } from "./files.ts";
import { readForm } from "./form.ts";
import type { Bucket } from "./objects.ts";

/** The platform's limit where a bucket has none, in bytes. */
const LARGEST = 50 * 1024 * 1024;
/** What a form has beside the file, in bytes. */
const FORM_ROOM = 64 * 1024;

/** Names that S3 and the platform take. */
const NAME = /^[\w/!\-.*'() &$@=;:+,?]{1,1024}$/;

/** What was uploaded, once its bytes are kept. */
export interface Upload extends WrittenFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly userMetadata: Readonly<Record<string, unknown>> | null;
}

const userMetadata = z.record(z.string(), z.unknown());

/** Vets the name of an object. @throws {StorageFailure} `InvalidKey` */
export function requireName(name: string): void {
  const isPath = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!NAME.test(name) || !isPath) {
    throw new StorageFailure("InvalidKey", `Invalid key: ${name}`);
  }
}

/** The most that an object of a bucket may have, in bytes. */
export function limitOf(bucket: Bucket): number {
  return bucket.file_size_limit ?? LARGEST;
}

/** Refuses by what a request says of itself, before anything of it is read. */
export function refuseDeclared(headers: Headers, bucket: Bucket): void {
  if (Number(headers.get("content-length") ?? 0) > limitOf(bucket) + FORM_ROOM) throw tooLarge();
}

/**
 * Takes in an upload, as the body itself or as the file of a form.
 *
 * @throws {StorageFailure} `EntityTooLarge`, `InvalidMimeType`, `InvalidRequest`
 */
export async function takeIn(request: Request, bucket: Bucket, files: Files): Promise<Upload> {
  const contentType = request.headers.get("content-type") ?? "application/octet-stream";
  if (/^multipart\/form-data\b/i.test(contentType)) return await fromForm(request, bucket, files);
  requireType(contentType, bucket);
  const metadata = request.headers.get("x-metadata");
  return {
    ...await files.write(request.body ?? [], limitOf(bucket)),
    contentType,
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    userMetadata: metadata === null ? null : readMetadata(fromBase64(metadata)),
  };
}

async function fromForm(request: Request, bucket: Bucket, files: Files): Promise<Upload> {
  const body = await readWhole(request, limitOf(bucket) + FORM_ROOM);
  const parts = readForm(request.headers.get("content-type") ?? "", body);
  const file = parts?.find(({ filename }) => filename !== null);
  if (!parts || !file) throw new StorageFailure("InvalidRequest", "The form has no file");
  const contentType = file.contentType ?? "application/octet-stream";
  requireType(contentType, bucket);
  const field = (wanted: string) => {
    const part = parts.find(({ name, filename }) => name === wanted && filename === null);
    return part && new TextDecoder().decode(part.content);
  };
  const [seconds, metadata] = [field("cacheControl"), field("metadata")];
  return {
    ...await files.write([file.content], limitOf(bucket)),
    contentType,
    cacheControl: seconds === undefined ? "no-cache" : `max-age=${seconds}`,
    userMetadata: metadata === undefined ? null : readMetadata(metadata),
  };
}

async function readWhole(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function requireType(contentType: string, { allowed_mime_types: allowed }: Bucket): void {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const isAllowed = allowed === null ||
    allowed.some((one) =>
      one === type || (one.endsWith("/*") && type.startsWith(one.slice(0, -1)))
    );
  if (!isAllowed) {
    throw new StorageFailure("InvalidMimeType", `mime type ${type} is not supported`);
  }
}

function readMetadata(text: string): Record<string, unknown> {
  const metadata = userMetadata.safeParse(parseJson(text));
  if (metadata.success) return metadata.data;
  throw new StorageFailure("InvalidRequest", "The metadata is no JSON object");
}

function fromBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  } catch (cause) {
    throw new StorageFailure("InvalidRequest", "The metadata is not base64", { cause });
  }
}
