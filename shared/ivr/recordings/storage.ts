import { adminStorage } from "#shared/db/clients.ts";
import { CopyFault } from "./fault.ts";

const BUCKET = "recordings";
const NO_USER = "nobody but the service writes recordings";

/**
 * Puts an object into the bucket as its bytes come; what is there is replaced.
 *
 * @returns how many bytes it has.
 * @throws {CopyFault} what the bytes ended in; `too_large`, `timed_out` or `storage_failed`.
 */
export async function storeObject(
  path: string,
  contentType: string,
  content: AsyncIterable<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0;
  let fault: unknown;
  const counted = async function* () {
    try {
      for await (const chunk of content) {
        bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  const { error } = await adminStorage(NO_USER, signal).from(BUCKET)
    .upload(path, ReadableStream.from(counted()), { contentType, upsert: true });
  if (error === null) return bytes;
  if (fault !== undefined) throw fault;
  if (signal.aborted) {
    throw new CopyFault("timed_out", "The copy took too long", { cause: error });
  }
  const code = "statusCode" in error && error.statusCode === "413" ? "too_large" : "storage_failed";
  throw new CopyFault(code, "Storage did not take the recording", { cause: error });
}

/** Removes an object that no row refers to. */
export async function removeObject(path: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const { error } = await adminStorage(NO_USER, signal).from(BUCKET).remove([path]);
  if (error !== null) throw error;
}
