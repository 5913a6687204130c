import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "#shared/http/problem.ts";

/** How many links are asked for at once. */
const AT_ONCE = 500;

/**
 * Links to objects, each good for so many seconds, by the objects' names.
 *
 * @throws {Problem} `storage_unavailable`, also where one of them is not there.
 */
export async function signedLinks(
  bucket: ReturnType<SupabaseClient["storage"]["from"]>,
  names: readonly string[],
  seconds: number,
): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const { data, error } = await bucket.createSignedUrls(
      names.slice(start, start + AT_ONCE),
      seconds,
    );
    if (error !== null) throw new Problem("storage_unavailable", undefined, { cause: error });
    for (const { path, signedUrl, error } of data) {
      if (path === null || signedUrl === null) {
        throw new Problem("storage_unavailable", undefined, { cause: error });
      }
      links.set(path, signedUrl);
    }
  }
  return links;
}
