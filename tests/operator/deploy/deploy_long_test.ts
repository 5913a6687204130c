import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { applyPlatform } from "#local/database/platform.ts";
import { PostgresDatabase } from "#local/database/postgres_database.ts";
import { ROOT } from "#local/paths.ts";
import { newSecrets } from "#local/secrets.ts";
import { functionNames } from "#operator/deploy/staging.ts";
import { supabase } from "#operator/supabase_cli.ts";
import { type StandIn, startStandIn } from "#operator/rehearsal/upload.ts";
import { createDatabase, execute, onPostgres } from "#tests/support/databases.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { findPostgres } from "#tests/support/postgres.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

const postgresServer = await findPostgres();

const REF = "abcdefghijklmnopqrst";
const PROJECT = {
  ref: REF,
  name: "Voice",
  status: "ACTIVE_HEALTHY",
  secretKeys: { default: "sb_secret_operator", cron: "sb_secret_cron" },
};
const SECRETS = {
  SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(newSecrets().encryption_keys),
  SWITCHBOARD_SIGNING_KEY: JSON.stringify({ kty: "EC", crv: "P-256", kid: "k", x: "x", d: "d" }),
};
const KEYS = { keys: [{ kty: "EC", crv: "P-256", kid: "k", x: "x" }] };

/** A project that answers as one does to which everything was deployed. */
function startProject(keys: object = KEYS) {
  return startFakeApi(({ path }) =>
    path.endsWith("jwks.json") ? Response.json(keys) : new Response()
  );
}

interface Deployed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Deploying {
  readonly platform: StandIn;
  readonly apiUrl: string;
  readonly databaseUrl?: string;
  /** The database that must stay as it is where the deploy is refused. */
  readonly mustStay?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly token?: string;
}

/** Runs `deno task deploy` as an operator does, in a process of its own. */
async function deploy(deploying: Deploying): Promise<Deployed> {
  const { platform, apiUrl, secrets = SECRETS, args = ["--yes"] } = deploying;
  const { databaseUrl = "postgres://nobody@127.0.0.1:1/none" } = deploying;
  await using folder = await temporaryFolder();
  const envFile = join(folder.path, ".env");
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  await Deno.writeTextFile(envFile, lines.join(""));
  const ref = args.includes("--project-ref") ? [] : ["--project-ref", REF];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      join(ROOT, "operator", "deploy.ts"),
      ...ref,
      `--env-file=${envFile}`,
      `--database-url=${databaseUrl}`,
      `--api-url=${apiUrl}`,
      `--profile=${platform.target.profile}`,
      ...args,
    ],
    env: {
      NO_COLOR: "1",
      ...platform.target.env,
      ...deploying.token === undefined ? {} : { SUPABASE_ACCESS_TOKEN: deploying.token },
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** One clear sentence, an exit code, and nothing done: no request that writes, not a byte of the database. */
async function assertRefused(deploying: Deploying, sentence: RegExp): Promise<void> {
  const { platform: { api }, mustStay } = deploying;
  const seen = async () => ({
    writes: [...api.writes],
    uploads: [...api.uploads.keys()],
    secrets: Object.fromEntries(api.secrets),
    database: mustStay && await wholeDatabase(mustStay),
  });
  const before = await seen();
  const { code, stderr } = await deploy(deploying);
  assert.equal(code, 1, stderr);
  assert.match(stderr, sentence);
  // Steps that went well are on standard output; the sentence is alone.
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
  assert.deepEqual(await seen(), before);
}

/** Schema and rows, as text; what `pg_dump` makes up for each dump is left out. */
async function wholeDatabase(url: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(
    join(postgresServer?.directory ?? "", "pg_dump"),
    { args: [url], stdin: "null" },
  ).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).replace(/^\\(?:un)?restrict .*\n/gm, "");
}

/** A host that takes connections and never says anything, as a pooler behind a broken network. */
function startSilentHost() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of connections) connection.close();
    },
  };
}

/** An empty database, as a new project has it. */
async function newProjectDatabase() {
  const database = await createDatabase("template0");
  const sql = postgres(database.url, { max: 1, onnotice() {} });
  await applyPlatform(new PostgresDatabase(sql));
  await sql.end();
  return {
    ...database,
    /** The project as the platform knows it. */
    about: { ...PROJECT, query: (text: string) => rows(database.url, text) },
  };
}

async function rows(url: string, query: string) {
  const sql = postgres(url, { max: 1, onnotice() {} });
  try {
    return [...await sql.unsafe(query)];
  } finally {
    await sql.end();
  }
}

/** What may have become of a project's history, one after the other, and what is said of each. */
const OTHER_HISTORIES: readonly [string, RegExp][] = [
  [
    "update supabase_migrations.schema_migrations set statements = array['select 1'] where version = '20261120000800'",
    /20261120000800_api_keys\.sql was changed after it was applied; put it back, and write a new one$/m,
  ],
  [
    "delete from supabase_migrations.schema_migrations where version = '20261120000800'",
    /and not 20261120000800_api_keys\.sql, which comes before it; .* repair its history first$/m,
  ],
  [
    "insert into supabase_migrations.schema_migrations (version) values ('29990101000000')",
    /it has migration 29990101000000, which is not .*--functions-only/,
  ],
];

Deno.test(
  "a deploy migrates, fills the vault, sets secrets, uploads, tries it; a second one changes nothing",
  onPostgres,
  async () => {
    await using database = await newProjectDatabase();
    await using platform = await startStandIn(database.about);
    await using project = startProject();
    const way = { platform, apiUrl: project.url, databaseUrl: database.url };
    const first = await deploy(way);
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /migrations +apply 20261120000100_foundation\.sql/);
    assert.match(first.stdout, /To go back/);
    assert.deepEqual(Object.fromEntries(platform.api.secrets), SECRETS);
    // What refusals are shown to leave out.
    for (const path of ["database/query", "secrets", "functions/deploy"]) {
      assert.ok(platform.api.writes.includes(`POST /v1/projects/${REF}/${path}`), path);
    }
    assert.deepEqual([...platform.api.uploads.keys()].sort(), await functionNames());
    const vault = await rows(database.url, "select name, secret from vault.secrets order by name");
    assert.deepEqual(vault.map(({ secret }) => secret), [
      "sb_secret_cron",
      `${project.url}/functions/v1`,
    ]);
    const second = await deploy({ ...way, args: ["--check"] });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /migrations +nothing to apply/);
    assert.match(second.stdout, /changed secrets +none/);
    assert.match(second.stdout, /new functions +none/);

    const untouched = { ...way, mustStay: database.url };
    for (const [sql, sentence] of OTHER_HISTORIES) {
      await execute(database.url, sql);
      await assertRefused(untouched, sentence);
    }
    const back = await deploy({ ...way, args: ["--check", "--functions-only"] });
    assert.equal(back.code, 0, back.stderr);
  },
);

Deno.test(
  "a migration that fails leaves nothing of itself, and no function is touched",
  onPostgres,
  async () => {
    await using database = await newProjectDatabase();
    await using platform = await startStandIn(database.about);
    await using project = startProject();
    // As if somebody had begun to apply it by hand: it creates public.api_keys before this one.
    await execute(database.url, "create table public.api_key_usage ()");
    await assertRefused(
      { platform, apiUrl: project.url, databaseUrl: database.url },
      /^Migration 20261120000800_api_keys\.sql failed, and nothing of it was applied: ERROR: relation "api_key_usage" already exists/,
    );
    const [left] = await rows(
      database.url,
      "select to_regclass('public.api_keys') as made, max(version) as newest from supabase_migrations.schema_migrations",
    );
    assert.deepEqual({ ...left }, { made: null, newest: "20261120000700" });
  },
);

Deno.test(
  "the CLI is ended with all that it started when an answer does not come in time",
  async () => {
    await using silent = startSilentHost();
    const mark = crypto.randomUUID();
    const url = `postgres://a:b@127.0.0.1:${silent.port}/${mark}?connect_timeout=300`;
    const outcome = await supabase(["db", "push", "--dry-run", `--remote=${url}`], {
      cwd: ROOT,
      deadlineMs: 5_000,
    });
    assert.deepEqual(outcome, {
      success: false,
      stdout: "",
      stderr: "supabase db push did not answer within 5 s",
    });
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
    assert.ok(!new TextDecoder().decode(stdout).includes(mark));
  },
);

Deno.test(
  "what a deploy would fail by is said before it changes anything",
  onPostgres,
  async (test) => {
    await using database = await newProjectDatabase();
    await using platform = await startStandIn(database.about);
    await using project = startProject();
    await using silent = startSilentHost();
    await using another = await createDatabase();
    const way = {
      ...{ platform, apiUrl: project.url, databaseUrl: database.url },
      mustStay: database.url,
    };
    const cases: [string, Partial<Deploying>, RegExp][] = [
      ["a reference that is none", { args: ["--yes", "--project-ref", "voice"] }, /20 lower-case/],
      [
        "another's project",
        { args: ["--yes", "--project-ref", "tsrqponmlkjihgfedcba"] },
        /^This login has no project tsrq\w+; it has abcdefghijklmnopqrst \(Voice\)$/m,
      ],
      ["an expired login", { token: `sbp_${"1".repeat(40)}` }, /^The login: .*Unauthorized/],
      ["a login that is none", { token: "sbp_1" }, /^The login: Invalid access token format/],
      [
        "a database nobody answers at",
        { databaseUrl: "postgres://a:b@127.0.0.1:1/c" },
        /^The database cannot be migrated: .*(?:connect|REFUSED)/,
      ],
      [
        "a database that takes the connection and never answers",
        { databaseUrl: `postgres://a:b@127.0.0.1:${silent.port}/c` },
        /^The database cannot be migrated: .*(?:timed out|did not answer within 60 s)/,
      ],
      [
        "another project's database",
        { databaseUrl: another.url },
        /^The database that would be migrated is not the project's: .*--database-url$/m,
      ],
      ["no terminal to ask in", { args: [] }, /--yes goes on without/],
      [
        "no keyring",
        { secrets: { SWITCHBOARD_SIGNING_KEY: SECRETS.SWITCHBOARD_SIGNING_KEY } },
        /^SWITCHBOARD_ENCRYPTION_KEYS is set neither/,
      ],
      [
        "a malformed secret",
        { secrets: { ...SECRETS, SWITCHBOARD_LOG_LEVEL: "loud" } },
        /^SWITCHBOARD_LOG_LEVEL: Must be one of/,
      ],
      ["what is for one's own machine", {
        secrets: { ...SECRETS, SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true" },
      }, /Must not be true on a hosted deployment/],
      [
        "what the platform sets",
        { secrets: { ...SECRETS, SUPABASE_URL: "x" } },
        /SUPABASE_URL is set by the platform/,
      ],
      [
        "a signing key that the project does not know",
        {
          secrets: {
            ...SECRETS,
            SWITCHBOARD_SIGNING_KEY: SECRETS.SWITCHBOARD_SIGNING_KEY.replace('"k"', '"other"'),
          },
        },
        /has the kid other, which the project does not know/,
      ],
    ];
    for (const [name, differently, sentence] of cases) {
      await test.step(name, async () => {
        await assertRefused({ ...way, ...differently }, sentence);
      });
    }
  },
);

Deno.test(
  "a project without a key for scheduled jobs, a paused one and one on an old Postgres are refused",
  onPostgres,
  async () => {
    await using database = await newProjectDatabase();
    await using project = startProject();
    for (
      const [about, sentence] of [
        [{ ...PROJECT, secretKeys: { default: "sb_secret_x" } }, /no secret API key named cron/],
        [{ ...PROJECT, status: "INACTIVE" }, /^The project Voice is not running: inactive$/m],
        [
          { ...PROJECT, query: () => Promise.resolve([{ version: 14 }]) },
          /^The project has Postgres 14, and Switchboard needs 15 or later$/m,
        ],
      ] as const
    ) {
      await using platform = await startStandIn(about);
      await assertRefused(
        { platform, apiUrl: project.url, databaseUrl: database.url, mustStay: database.url },
        sentence,
      );
    }
  },
);
