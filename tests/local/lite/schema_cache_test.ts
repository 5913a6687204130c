import assert from "node:assert/strict";
import { join } from "node:path";
import { fileSchemaCache } from "#local/lite/schema_cache.ts";
import { createStack } from "#local/stack.ts";
import { setLogSink } from "#shared/log.ts";
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

Deno.test("a stack that is stopped leaves it for the next start, which serves by it", async () => {
  await using folder = await temporaryFolder();
  setLogSink(() => {});
  const schemaCache = join(folder.path, "schema.json");
  const data = { kind: "folder", path: join(folder.path, "database"), schemaCache } as const;
  const start = () => createStack({ data, cron: false });
  {
    await using _first = await start();
  }
  const { mtime } = await Deno.stat(schemaCache);
  await using stack = await start();
  const response = await fetch(`${stack.url}/rest/v1/ivr_menus`, {
    headers: { apikey: stack.secrets.secret_key },
  });
  assert.deepEqual([response.status, await response.json()], [200, []]);
  assert.deepEqual((await Deno.stat(schemaCache)).mtime, mtime);
});
