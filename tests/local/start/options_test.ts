import assert from "node:assert/strict";
import { resolve } from "node:path";
import { parseOptions } from "#local/start/options.ts";

Deno.test("start without arguments uses the clone's own folder and the platform's port", () => {
  assert.deepEqual(parseOptions([]), {
    port: 54321,
    data: undefined,
    fresh: false,
    databaseUrl: undefined,
    demo: true,
    page: false,
  });
});

Deno.test("start takes every flag", () => {
  assert.deepEqual(parseOptions(["--port", "0", "--data", "x", "--fresh", "--no-demo"]), {
    port: 0,
    data: resolve("x"),
    fresh: true,
    databaseUrl: undefined,
    demo: false,
    page: false,
  });
  assert.equal(parseOptions(["--with-page"])?.page, true);
  const databaseUrl = "postgres://user@127.0.0.1:5433/db";
  assert.equal(parseOptions(["--database-url", databaseUrl])?.databaseUrl, databaseUrl);
  assert.equal(parseOptions(["--help"]), undefined);
});

Deno.test("start refuses what it does not understand in one sentence", () => {
  const refused: readonly (readonly [string[], string])[] = [
    [["--bogus"], "Unknown option '--bogus'; see --help"],
    [["extra"], "Unexpected argument 'extra'; see --help"],
    [["--port", "http"], "--port must be a number from 0 to 65534"],
    [["--port", "65535"], "--port must be a number from 0 to 65534"],
    [["--with-page", "--port", "65534"], "--port must be a number from 0 to 65533"],
    [["--port", "-1"], "Option '--port' argument is ambiguous; see --help"],
    [["--data", ""], "--data needs a folder"],
    [
      ["--database-url", "sqlite://x"],
      "--database-url must be of the form postgres://user:password@host:port/database",
    ],
    [
      ["--database-url", "postgres://u:p@db.abc.supabase.co/postgres"],
      "db.abc.supabase.co is a hosted Supabase project, which has all of this already; " +
      "push migrations to it with the Supabase CLI",
    ],
    [
      ["--fresh", "--database-url", "postgres://u@127.0.0.1/db"],
      "--fresh forgets what is in the data folder and nothing else; empty the database of " +
      "--database-url yourself",
    ],
  ];
  for (const [args, message] of refused) {
    assert.throws(() => parseOptions(args), { name: "LocalFailure", message });
  }
});
