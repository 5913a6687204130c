import { Buffer } from "node:buffer";
import { type KeyObject, verify } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { env } from "../env.ts";
import type { AppEnv } from "../http/app_env.ts";
import { Problem } from "../http/problem.ts";
import { ScannerKeys } from "./scanner_keys.ts";

let keys: ScannerKeys | undefined;

/**
 * Lets a secret scanner pass that has signed its report as GitHub's secret-scanning partners do:
 * ECDSA on P-256 with SHA-256 over the body as it came, with a key that is published by the URL
 * `SWITCHBOARD_LEAK_KEYS_URL`. Without that variable nobody passes.
 *
 * Routes name it through `operation(name, "scanner")`.
 */
export const requireScanner: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { leakKeysUrl } = env();
  if (leakKeysUrl === undefined) {
    throw new Problem("not_configured", "SWITCHBOARD_LEAK_KEYS_URL is not set");
  }
  if (keys?.url !== leakKeysUrl) keys = new ScannerKeys(leakKeysUrl);
  const id = c.req.header("github-public-key-identifier");
  const signature = c.req.header("github-public-key-signature");
  if (!id || !signature) throw new Problem("invalid_signature", "The report is not signed");
  const key = await keys.find(id);
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (!key || !isSigned(body, signature, key)) throw new Problem("invalid_signature");
  await next();
};

function isSigned(body: Uint8Array, signature: string, key: KeyObject): boolean {
  try {
    return verify("sha256", body, { key, dsaEncoding: "der" }, Buffer.from(signature, "base64"));
  } catch {
    // What is no signature at all throws on some runtimes, and is as wrong as any other.
    return false;
  }
}
