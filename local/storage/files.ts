import { createHash } from "node:crypto";
import { join } from "node:path";
import { StorageFailure } from "./failure.ts";

/** What a version of an object's file is called: never anything that a caller chose. */
const VERSION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file that was written. */
export interface WrittenFile {
  readonly version: string;
  readonly bytes: number;
  /** MD5 of the content in quotes, as S3 has it. */
  readonly etag: string;
}

/** The first and the last byte of a part of a file. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Bytes in pieces. */
type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The bytes of objects: one file a version, in one folder. */
export class Files {
  constructor(private readonly folder: string) {}

  /**
   * Writes a new file, which is there as a whole or not at all.
   *
   * @param limit the most that it may have, in bytes.
   * @throws {StorageFailure} `EntityTooLarge`
   */
  async write(content: Content, limit: number): Promise<WrittenFile> {
    const version = crypto.randomUUID();
    const path = this.#path(version);
    const unfinished = `${path}.part`;
    await Deno.mkdir(this.folder, { recursive: true, mode: 0o700 });
    const hash = createHash("md5");
    let bytes = 0;
    try {
      using file = await Deno.open(unfinished, { write: true, createNew: true, mode: 0o600 });
      for await (const chunk of content) {
        bytes += chunk.byteLength;
        if (bytes > limit) throw tooLarge();
        hash.update(chunk);
        for (let at = 0; at < chunk.byteLength;) at += await file.write(chunk.subarray(at));
      }
      await file.sync();
    } catch (error) {
      await Deno.remove(unfinished).catch(() => {});
      throw error;
    }
    await Deno.rename(unfinished, path);
    return { version, bytes, etag: `"${hash.digest("hex")}"` };
  }

  /** The content of a version, or a part of it; undefined where there is no such file. */
  async read(
    version: string,
    range?: ByteRange,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined> {
    try {
      const file = await Deno.open(this.#path(version));
      if (range === undefined) return file.readable;
      await file.seek(range.first, Deno.SeekMode.Start);
      return file.readable.pipeThrough(firstBytes(range.last - range.first + 1));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Removes a version, if it is there. */
  async remove(version: string): Promise<void> {
    try {
      await Deno.remove(this.#path(version));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #path(version: string): string {
    // A row that somebody wrote past the API may name anything.
    if (!VERSION.test(version)) throw new Deno.errors.NotFound("Not a version of an object");
    return join(this.folder, version);
  }
}

/** What is refused because it is larger than its bucket allows. */
export function tooLarge(): StorageFailure {
  return new StorageFailure("EntityTooLarge", "The object exceeded the maximum allowed size");
}

function firstBytes(count: number) {
  let left = count;
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= Math.min(left, chunk.byteLength);
      if (left === 0) controller.terminate();
    },
  });
}
