import { createHash } from "node:crypto";

/**
 * What is stored of a key: its SHA-256 in hex. A key holds 190 random bits, so that neither salt nor
 * a slow hash would add anything.
 */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
