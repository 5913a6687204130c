import { Buffer } from "node:buffer";

/** A field or a file of a form. */
export interface Part {
  readonly name: string;
  /** Null for a field. */
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a form of the type `multipart/form-data` (RFC 7578). The runtime's own reader leaves out the
 * file that the platform's client library sends, because its name is empty.
 *
 * @returns undefined for what is no such form.
 */
export function readForm(contentType: string, body: Uint8Array<ArrayBuffer>): Part[] | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ??
    [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const [bytes, delimiter] = [Buffer.from(body.buffer), `\r\n--${boundary}`];
  const parts: Part[] = [];
  // The first delimiter has no line before it.
  if (!bytes.subarray(0, delimiter.length - 2).equals(Buffer.from(delimiter.slice(2)))) {
    return undefined;
  }
  for (let at = delimiter.length - 2; bytes.toString("latin1", at, at + 2) !== "--";) {
    const head = bytes.indexOf("\r\n\r\n", at);
    const end = bytes.indexOf(delimiter, head + 2);
    if (head < 0 || end < 0) return undefined;
    const headers = bytes.toString("utf8", at, head);
    parts.push({
      name: /;\s*name="([^"]*)"/i.exec(headers)?.[1] ?? "",
      filename: /;\s*filename="([^"]*)"/i.exec(headers)?.[1] ?? null,
      contentType: /^content-type:\s*(.+?)\s*$/im.exec(headers)?.[1] ?? null,
      content: body.subarray(head + 4, Math.max(head + 4, end)),
    });
    at = end + delimiter.length;
  }
  return parts;
}
