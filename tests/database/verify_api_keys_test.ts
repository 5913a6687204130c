import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { onPostgres, type TestDatabase } from "#tests/support/databases.ts";
import { freshHash, newKey } from "#tests/support/keys.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

interface Call {
  readonly p_key_hash: string;
  readonly p_scope?: string;
  readonly p_ip?: string;
  readonly p_user_id?: string;
}

const verdicts = z.array(z.looseObject({
  code: z.string(),
  remaining: z.int().nullish(),
  retry_after: z.int().optional(),
}));

async function verify(client: pg.ClientBase, calls: readonly Call[]) {
  const { rows: [row] } = await client.query("select private.verify_api_keys($1) as verdicts", [
    JSON.stringify(calls),
  ]);
  return verdicts.parse(row?.verdicts);
}

const codesOf = async (client: pg.ClientBase, calls: readonly Call[]) =>
  (await verify(client, calls)).map(({ code }) => code);

async function connect({ url }: TestDatabase): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** What is counted of some keys, in their order. */
async function counts({ admin }: Tenants, ids: readonly string[]): Promise<number[]> {
  const { rows } = await admin.query<{ used: number }>(
    `select k.usage_count::int as used from unnest($1::uuid[]) with ordinality i (id, n)
       join public.api_keys k using (id) order by i.n`,
    [ids],
  );
  return rows.map(({ used }) => used);
}

/** Rotates a key as its owner does, with an overlap, and answers the hash of the new one. */
async function rotate(
  { admin, owner }: Tenants,
  id: string,
): Promise<{ id: string; hash: string }> {
  const hash = freshHash();
  const { rows: [row] } = await actAs(
    admin,
    "authenticated",
    owner,
    () =>
      admin.query<{ id: string }>(
        "select public.rotate_api_key($1, $2, 'vx_0000000', 24) #>> '{api_key,id}' as id",
        [id, hash],
      ),
    "commit",
  );
  return { id: row?.id ?? assert.fail(), hash };
}

Deno.test("Each gets the verdict that it gets alone, at its own place", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, stranger: other } = tenants;
  const good = await newKey(admin, owner);
  const narrow = await newKey(admin, owner, { scopes: ["ivr:read"] });
  const near = await newKey(admin, other, { allowed_ips: ["10.0.0.0/8"] });
  const calls = [
    { p_key_hash: freshHash() },
    { p_key_hash: narrow.hash, p_scope: "ivr:write" },
    { p_key_hash: good.hash, p_scope: "ivr:write" },
    { p_key_hash: near.hash, p_ip: "203.0.113.1" },
    { p_key_hash: good.hash, p_user_id: other },
    { p_key_hash: near.hash, p_ip: "10.1.2.3" },
    { p_key_hash: narrow.hash, p_user_id: owner },
  ];
  const codes = [
    "not_found",
    "insufficient_scope",
    "valid",
    "ip_not_allowed",
    "not_found",
    "valid",
    "valid",
  ];
  assert.deepEqual(await codesOf(admin, calls), codes);
  assert.deepEqual(await codesOf(admin, calls.toReversed()), codes.toReversed());
  assert.deepEqual(await counts(tenants, [good.id, narrow.id, near.id]), [2, 2, 2]);
  assert.deepEqual(await verify(admin, []), []);
});

Deno.test(
  "One key many times gets what is left of it, and each use is counted",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { hash, id } = await newKey(admin, owner, { rate_limit: 3 });
    const answers = await verify(admin, Array.from({ length: 5 }, () => ({ p_key_hash: hash })));
    assert.deepEqual(answers.map(({ code }) => code).sort(), [
      "rate_limited",
      "rate_limited",
      "valid",
      "valid",
      "valid",
    ]);
    assert.deepEqual(answers.map(({ remaining }) => remaining ?? -1).sort(), [0, 0, 0, 1, 2]);
    assert.deepEqual(await counts(tenants, [id]), [3]);
  },
);

Deno.test("Wrong keys are counted by address, also among others", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { hash } = await newKey(admin, owner);
  await admin.query("update private.request_limits set per_address = 2 where name = 'wrong_keys'");
  const wrong = (p_ip: string) => ({ p_key_hash: freshHash(), p_ip });
  const answers = await verify(admin, [
    wrong("203.0.113.1"),
    { p_key_hash: hash },
    wrong("203.0.113.2"),
    wrong("203.0.113.1"),
    wrong("203.0.113.1"),
  ]);
  assert.deepEqual(answers.map(({ retry_after }) => retry_after === undefined).sort(), [
    false,
    true,
    true,
    true,
    true,
  ]);
  assert.equal(answers[1]?.code, "valid");
  assert.equal(answers[2]?.retry_after, undefined);
});

Deno.test(
  "Many lists of the same keys in every order wait for each other and never in a circle",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    const hashes: string[] = [];
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) {
      const key = await newKey(admin, owner);
      hashes.push(key.hash);
      // A key and its successor are used side by side, and the successor counts for both.
      const next = await rotate(tenants, key.id);
      const last = await rotate(tenants, next.id);
      hashes.push(next.hash, last.hash);
      ids.push(last.id);
    }
    const deadlocks = async () => {
      const { rows: [row] } = await admin.query<{ deadlocks: number }>(
        "select deadlocks::int from pg_stat_database where datname = current_database()",
      );
      return row?.deadlocks;
    };
    const before = await deadlocks();
    const rounds = 60;
    const counted = await Promise.all(Array.from({ length: 6 }, async (_, client) => {
      await using connection = await connect(database);
      let valid = 0;
      for (let round = 0; round < rounds; round++) {
        const calls = hashes.map((p_key_hash) => ({ p_key_hash }));
        calls.push(...calls.splice(0, (round * 5 + client * 7) % calls.length));
        if (round % 2 === 0) calls.reverse();
        // One of them alone in between, which takes its rows in the order of a single verification.
        const [first] = calls;
        await connection.query("select private.verify_api_key($1)", [first?.p_key_hash]);
        valid += 1 + (await codesOf(connection, calls)).filter((code) => code === "valid").length;
      }
      return valid;
    }));
    const uses = counted.reduce((sum, valid) => sum + valid, 0);
    assert.equal(uses, 6 * rounds * (hashes.length + 1));
    assert.equal((await counts(tenants, ids)).reduce((sum, used) => sum + used, 0), uses);
    assert.equal(await deadlocks(), before);
  },
);

Deno.test("Lists of keys are for the platform's own role alone", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const ask = () => admin.query("select public.verify_api_keys('[]')");
  for (const role of ["anon", "authenticated"] as const) {
    assert.equal(await sqlState(() => actAs(admin, role, owner, ask)), "42501");
  }
  const { rows: [row] } = await actAs(admin, "service_role", null, ask);
  assert.deepEqual(row, { verify_api_keys: [] });
});
