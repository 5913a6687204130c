import assert from "node:assert/strict";
import { join } from "node:path";
import { fileSchemaCache } from "#local/lite/schema_cache.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

Deno.test("what is known of a schema is kept for one fingerprint alone", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "schema.json");
  const cache = fileSchemaCache(path, "a");
  assert.equal(await cache.get("key"), undefined);
  await cache.set("key", "{}");
  assert.equal(await fileSchemaCache(path, "a").get("key"), "{}");
  assert.equal(await fileSchemaCache(path, "b").get("key"), undefined);
  await Deno.writeTextFile(path, "{");
  assert.equal(await cache.get("key"), undefined);
  await cache.delete("key");
  assert.equal(await cache.get("key"), undefined);
});
