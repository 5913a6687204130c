import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
// @ts-types="@types/pg"
import pg from "pg";
import { newSecrets } from "#local/secrets.ts";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { open, seal } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";
import type { ClientOptions, ClientReport } from "./client.ts";

const SECRETS = 10_000;
const CLIENTS = 8;

const secrets = newSecrets();
const { keys } = secrets.encryption_keys;
const k2 = randomBytes(32).toString("base64");
const oldRing = JSON.stringify(secrets.encryption_keys);
/** What a function has between the first step of a rotation and the second. */
const waitingRing = JSON.stringify({ active: "k1", keys: { ...keys, k2 } });
const bothRing = JSON.stringify({ active: "k2", keys: { ...keys, k2 } });
const newRing = JSON.stringify({ active: "k2", keys: { k2 } });

/** Gives a user ten thousand sealed secrets; answers the ids of their rows. */
async function sealMany(admin: pg.Client, userId: string): Promise<string[]> {
  const keyring = parseKeyring(oldRing);
  const ids = Array.from({ length: SECRETS }, () => crypto.randomUUID());
  const sealed = await Promise.all(
    ids.map((id) => seal(`first of ${id}`, signingSecretBinding(userId, id), keyring)),
  );
  // A connection has one secret in force; here it has the id of its secret.
  await admin.query(
    `with connection as (
       insert into public.phone_connections (id, user_id, provider, name)
         select id, $1, 'twilio', 'Main' from unnest($2::uuid[]) id)
     insert into private.credentials (id, user_id, connection_id, sealed)
       select id, $1, id, sealed from unnest($2::uuid[], $3::text[]) v (id, sealed)`,
    [userId, ids, sealed],
  );
  return ids;
}

/** Starts a client; its report comes when it is ended. */
function startClient(options: ClientOptions) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(import.meta.dirname ?? ".", "client.ts")],
    env: { CLIENT: JSON.stringify(options) },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async ready(): Promise<void> {
      assert.match((await output.read()).value ?? "", /^ready/);
    },
    async end(): Promise<ClientReport> {
      await child.stdin.close();
      let text = "";
      for (let part = await output.read(); !part.done; part = await output.read()) {
        text += part.value;
      }
      assert.equal((await child.status).code, 0);
      return JSON.parse(text);
    },
  };
}

/** Starts `deno task keys:rotate` as an operator does. */
function startRotation(stack: TestStack, ring: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      join(import.meta.dirname ?? ".", "../../../operator/keys_rotate.ts"),
    ],
    env: {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secret_key }),
      SWITCHBOARD_ENCRYPTION_KEYS: ring,
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function left(admin: pg.Client): Promise<number> {
  const { rows: [row] } = await admin.query("select public.count_values_to_reseal('k2') as count");
  return Number(row?.count);
}

Deno.test(
  "Ten thousand secrets are sealed anew while eight clients read and write, through a kill, and nothing is lost",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await testStack({ secrets, databaseUrl: database.url });
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    const { userId } = await stack.newTenant();
    const ids = await sealMany(admin, userId);
    const clients = Array.from({ length: CLIENTS }, (_, n) =>
      startClient({
        databaseUrl: database.url,
        userId,
        rows: ids.filter((_, index) => index % CLIENTS === n),
        // Two of them have not heard of the second step yet.
        encryptionKeys: n < 2 ? waitingRing : bothRing,
      }));
    await Promise.all(clients.map((client) => client.ready()));

    const killed = startRotation(stack, bothRing);
    while (await left(admin) > SECRETS * 0.6);
    killed.kill("SIGKILL");
    await killed.output();
    const half = await left(admin);
    assert.ok(half > SECRETS * 0.1, `${half} were left when it was killed`);

    const rotation = startRotation(stack, bothRing);
    // Those who seal with the old key have a quarter of the rows, so that there is always more.
    while (await left(admin) > SECRETS * 0.3);
    const reports = await Promise.all(clients.map((client) => client.end()));
    const { code, stdout, stderr } = await rotation.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stdout), /^\d+ values were sealed anew with k2\n$/);
    assert.equal(await left(admin), 0);
    for (const { reads, writes } of reports) assert.ok(reads > 0 && writes > 0);

    const written = Object.assign({}, ...reports.map((report) => report.written));
    const { rows } = await admin.query<{ id: string; sealed: string }>(
      "select id, sealed from private.credentials",
    );
    assert.equal(rows.length, SECRETS);
    const withoutOld = parseKeyring(newRing);
    for (const { id, sealed } of rows) {
      const text = await open(sealed, signingSecretBinding(userId, id), withoutOld);
      assert.equal(text, written[id] ?? `first of ${id}`);
    }
    console.log(reports.map(({ reads }) => reads).join(" "), "reads and as many writes");
    await admin.end();
  },
);
