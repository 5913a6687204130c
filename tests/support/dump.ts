import assert from "node:assert/strict";

/** Everything that a dump of the database holds. */
export async function dump(url: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("pg_dump", {
    args: ["--inserts", url],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
