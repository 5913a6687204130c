import { Buffer } from "node:buffer";

/** Bytes of a base64 text, or null where there are more or fewer, or it is spelt another way. */
export function bytesOf(base64: string, length: number): Buffer | null {
  const bytes = Buffer.from(base64, "base64");
  return bytes.length === length && bytes.toString("base64") === base64 ? bytes : null;
}
