import assert from "node:assert/strict";
import { SCHEMA_VERSION } from "#shared/db/schema_version.ts";

const MIGRATIONS = new URL("../../../supabase/migrations/", import.meta.url);

Deno.test("SCHEMA_VERSION is the version of the newest migration", async () => {
  const versions: string[] = [];
  for await (const { name } of Deno.readDir(MIGRATIONS)) {
    const version = /^(\d{14})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    assert(version, `${name} is not named YYYYMMDDHHmmss_what.sql`);
    versions.push(version);
  }
  assert.equal(new Set(versions).size, versions.length, "Two migrations have one version");
  assert.equal(SCHEMA_VERSION, versions.sort().at(-1));
});
