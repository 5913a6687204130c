import type { z } from "@hono/zod-openapi";
import { isApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { leakReport } from "./schemas.ts";

type Finding = z.output<typeof leakReport>[number];

/** A report may name many keys, and its sender waits. */
const AT_ONCE = 8;

/**
 * Disables the keys among what was found.
 *
 * @returns the tokens that are keys of ours.
 * @throws {Problem} if the database fails; what was disabled by then stays so.
 */
export async function disableLeakedKeys(findings: readonly Finding[]): Promise<Set<string>> {
  const leaked = new Set<string>();
  const unique = new Map(findings.map((finding) => [finding.token, finding]));
  // One iterator for all, so that each finding is taken once.
  const left = unique.values();
  const work = async () => {
    for (const finding of left) if (await disable(finding)) leaked.add(finding.token);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return leaked;
}

async function disable({ token, source, url }: Finding): Promise<boolean> {
  if (!isApiKey(token)) return false;
  const database = adminClient("a secret scanner is no user; its signature was checked");
  const result = await database.rpc("disable_leaked_api_key", {
    p_key_hash: hashApiKey(token),
    p_source: withoutKeys(source ?? ""),
    p_url: withoutKeys(url ?? ""),
  });
  return unwrap(result) !== null;
}

/** A search page that names the key would otherwise put it on the trail. NUL is no text to Postgres. */
function withoutKeys(text: string): string {
  return text.replaceAll(/vx_\w+/g, "vx_…").replaceAll("\0", "");
}
