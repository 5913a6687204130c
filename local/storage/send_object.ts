import { objectNotFound, StorageFailure } from "./failure.ts";
import type { ByteRange, Files } from "./files.ts";
import type { StoredObject } from "./objects.ts";

/** Answers with the bytes of an object, or the part of them that a player asks for. */
export async function sendObject(
  request: Request,
  { metadata, version, name }: StoredObject,
  files: Files,
): Promise<Response> {
  const range = rangeOf(request.headers.get("range"), metadata.size);
  // Opened for nothing, a file would stay open.
  const content = request.method === "HEAD" ? null : await files.read(version, range);
  if (content === undefined) throw objectNotFound();
  const length = range === undefined ? metadata.size : range.last - range.first + 1;
  const headers = new Headers({
    "content-type": metadata.mimetype,
    "content-length": String(length),
    "cache-control": metadata.cacheControl,
    "etag": metadata.eTag,
    "last-modified": new Date(metadata.lastModified).toUTCString(),
    "accept-ranges": "bytes",
    // What a user uploaded is not a page of this origin.
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
  });
  const download = new URL(request.url).searchParams.get("download");
  if (download !== null) {
    const filename = encodeURIComponent(download || (name.split("/").at(-1) ?? name));
    headers.set("content-disposition", `attachment; filename*=UTF-8''${filename}`);
  }
  if (range !== undefined) {
    headers.set("content-range", `bytes ${range.first}-${range.last}/${metadata.size}`);
  }
  return new Response(content, { status: range === undefined ? 200 : 206, headers });
}

/** One range of bytes; anything else is answered with the whole. @throws {StorageFailure} `InvalidRange` */
function rangeOf(header: string | null, size: number): ByteRange | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) throw new StorageFailure("InvalidRange", "The range is not satisfiable");
  return { first, last };
}
