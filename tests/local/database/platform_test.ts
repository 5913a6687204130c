import assert from "node:assert/strict";
import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "#local/database/database.ts";
import { applyPlatform } from "#local/database/platform.ts";
import { testStack } from "#tests/support/stack.ts";

/** What a policy knows of who asks, under the given settings. */
async function asked(database: Database, settings: Record<string, string>) {
  return await database.transaction(async (transaction) => {
    for (const [name, value] of Object.entries(settings)) {
      await transaction.query("select set_config($1, $2, true)", [name, value]);
    }
    const [row] = await transaction.query(
      "select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt",
    );
    return row;
  });
}

Deno.test("the stand-in for the platform", async (t) => {
  await using stack = await testStack();
  const { database } = stack;
  const uid = "00000000-0000-4000-8000-000000000001";

  await t.step("is put there once", async () => {
    assert.equal(await applyPlatform(database), "unchanged");
  });

  await t.step("knows who asks from one setting for all claims", async () => {
    const claims = { sub: uid, role: "authenticated", email: "a@example.com" };
    const settings = { "request.jwt.claims": JSON.stringify(claims) };
    assert.deepEqual(await asked(database, settings), {
      uid,
      role: "authenticated",
      email: "a@example.com",
      jwt: claims,
    });
  });

  await t.step("knows who asks from a setting for each claim", async () => {
    const settings = {
      "request.jwt.claim.sub": uid,
      "request.jwt.claim.role": "anon",
      "request.jwt.claim.email": "b@example.com",
      "request.jwt.claims": "",
    };
    assert.deepEqual(await asked(database, settings), {
      uid,
      role: "anon",
      email: "b@example.com",
      jwt: null,
    });
  });

  await t.step("knows nobody where nobody asks", async () => {
    assert.deepEqual(await asked(database, {}), { uid: null, role: null, email: null, jwt: null });
  });

  await t.step("has every column of users that Lite's auth service uses", async () => {
    await database.exec("create schema lite");
    await database.exec(getAuthSchemaSql().replaceAll("auth.", "lite."));
    await database.exec("drop function if exists lite.uid, lite.role, lite.email, lite.jwt");
    const columnsOf = async (schema: string) =>
      await database.query(
        `select column_name, data_type, character_maximum_length, is_nullable, is_generated
          from information_schema.columns where table_schema = $1 and table_name = 'users'`,
        [schema],
      );
    const ours = new Map((await columnsOf("auth")).map((row) => [row.column_name, row]));
    const theirs = await columnsOf("lite");
    assert.ok(theirs.length > 30);
    for (const row of theirs) assert.deepEqual(ours.get(row.column_name), row);
    await database.exec("drop schema lite cascade");
  });

  await t.step("is put there again when its definition changed, and opens nothing", async () => {
    await database.exec(
      "comment on schema auth is 'Stands in for the platform; made by deno task db:prepare, older'",
    );
    assert.equal(await applyPlatform(database), "applied");
    await database.exec("create table public.later (id integer)");
    const [row] = await database.query(
      "select has_table_privilege('anon', 'public.later', 'select') as open",
    );
    assert.deepEqual(row, { open: false });
  });

  await t.step("is refused to a schema auth of somebody else's", async () => {
    await database.exec("comment on schema auth is 'Ours'");
    await assert.rejects(applyPlatform(database), {
      name: "LocalFailure",
      message:
        "This database has a schema named auth that Switchboard did not make; use an empty database",
    });
  });

  await t.step("is refused to a project of the platform", async () => {
    const message =
      "This database belongs to a Supabase project, which has all of this already; push migrations " +
      "to it with the Supabase CLI";
    for (const schema of ["realtime", "graphql_public"]) {
      await database.exec(`create schema ${schema}`);
      await assert.rejects(applyPlatform(database), { name: "LocalFailure", message });
      await database.exec(`drop schema ${schema}`);
    }
    await database.exec("create role supabase_admin");
    await assert.rejects(applyPlatform(database), { name: "LocalFailure", message });
  });
});

Deno.test("a server that is too old is refused", async () => {
  const row = { version: 14, hosted: false, mark: null, has_auth: false, may_create_roles: true };
  const database: Database = {
    kind: "postgres",
    query: () => Promise.resolve([row]),
    exec: () => Promise.reject(new Error("Nothing may be changed")),
    transaction: () => Promise.reject(new Error("Nothing may be changed")),
  };
  await assert.rejects(applyPlatform(database), {
    name: "LocalFailure",
    message: "The server is Postgres 14, and Switchboard needs 15 or later",
  });
});
