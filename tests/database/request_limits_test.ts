import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { hotUrl, onPostgres, withPool } from "#tests/support/databases.ts";
import { freshHash, newKey } from "#tests/support/keys.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

/** Sets a limit, as the operator does; a window of a day, so that no test outlives it by chance. */
async function setLimit(
  { admin }: Tenants,
  name: string,
  perUser: number | null,
  perAddress: number | null,
): Promise<void> {
  await admin.query(
    "update private.request_limits set per_user = $2, per_address = $3, seconds = 86400 where name = $1",
    [name, perUser, perAddress],
  );
}

/** In how many seconds to come back, or null: what a request is told. */
async function ask(
  client: pg.Client | pg.Pool,
  name: string,
  userId: string | null,
  address: string | null,
): Promise<number | null> {
  const { rows: [row] } = await client.query<{ wait: number | null }>(
    "select public.limit_requests($1, $2, $3) as wait",
    [name, userId, address],
  );
  return row?.wait ?? null;
}

const allowed = (waits: readonly (number | null)[]) => waits.filter((wait) => wait === null).length;

async function count(client: pg.Client, at: string, limit = 2): Promise<number | null> {
  const { rows: [row] } = await client.query<{ wait: number | null }>(
    "select private.count_request('x', $1, 60, $2) as wait",
    [limit, at],
  );
  return row?.wait ?? null;
}

Deno.test(
  "A window has its limit, tells when it ends, and is followed by another",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const told = [];
    for (const second of ["00", "20", "20", "59.5"]) {
      told.push(await count(admin, `2031-03-01T12:00:${second}Z`));
    }
    assert.deepEqual(told, [null, null, 40, 1]);
    assert.equal(await count(admin, "2031-03-01T12:01:00Z"), null);
    // A clock that is behind counts in the window that has begun, and empties none.
    assert.equal(await count(admin, "2031-03-01T12:00:59Z"), null);
    assert.equal(await count(admin, "2031-03-01T12:01:30Z"), 30);
  },
);

Deno.test("A request past the limit writes nothing", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  const row = async () =>
    (await admin.query("select xmin, count from private.request_counts where subject = 'x'")).rows;
  for (let n = 0; n < 2; n++) await count(admin, "2031-03-01T12:00:00Z");
  const before = await row();
  assert.equal(await count(admin, "2031-03-01T12:00:30Z"), 30);
  assert.deepEqual(await row(), before);
});

Deno.test(
  "Sixteen connections get no more than the limit of a user or of an address",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { database, owner, stranger } = tenants;
    await setLimit(tenants, "tests", 50, 80);
    await withPool(database.url, 16, async (pool) => {
      const all = (userId: string, address: string) =>
        Promise.all(Array.from({ length: 200 }, () => ask(pool, "tests", userId, address)));
      // From two addresses, and each user from both: whoever locked them in two orders would hang.
      const waits = await Promise.all([
        all(owner, "203.0.113.1"),
        all(owner, "203.0.113.2"),
        all(stranger, "203.0.113.2"),
        all(stranger, "203.0.113.1"),
      ]);
      assert.equal(allowed([...waits[0] ?? [], ...waits[1] ?? []]), 50);
      assert.equal(allowed([...waits[2] ?? [], ...waits[3] ?? []]), 50);
      const others = await Promise.all(
        Array.from({ length: 200 }, () => ask(pool, "tests", crypto.randomUUID(), "198.51.100.1")),
      );
      assert.equal(allowed(others), 80);
    });
  },
);

Deno.test(
  "What a user asks too often is not put to an address that others share",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    await setLimit(tenants, "tests", 2, 3);
    const waits = [];
    for (let n = 0; n < 5; n++) waits.push(await ask(admin, "tests", owner, "203.0.113.1"));
    assert.equal(allowed(waits), 2);
    assert.equal(await ask(admin, "tests", stranger, "203.0.113.1"), null);
    assert.ok(await ask(admin, "tests", stranger, "203.0.113.1"), "the address has had its three");
    assert.equal(
      await ask(admin, "tests", crypto.randomUUID(), null),
      null,
      "of an unknown one nothing is held",
    );
    assert.equal(
      await ask(admin, "requests", owner, "203.0.113.1"),
      null,
      "each kind is for itself",
    );
  },
);

Deno.test(
  "An IPv6 caller is counted by its /64, an IPv4 one however its address is written",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows: [row] } = await tenants.admin.query(
      `select array(select private.address_block(a) from unnest(array['2001:db8:1:2:3:4:5:6', '2001:DB8:1:2::1', '2001:db8:1:3::1',
       '203.0.113.7', '::ffff:203.0.113.7', '::FFFF:cb00:7107', 'x', '10.0.0.0/8', '']) a) as blocks`,
    );
    const { rows: [none] } = await tenants.admin.query(
      "select private.address_block(null) as block",
    );
    assert.deepEqual(row?.blocks, [
      "2001:db8:1:2::/64",
      "2001:db8:1:2::/64",
      "2001:db8:1:3::/64",
      "203.0.113.7",
      "203.0.113.7",
      "203.0.113.7",
      "unknown",
      "unknown",
      "unknown",
    ]);
    assert.equal(none?.block, "unknown");
  },
);

Deno.test(
  "Wrong keys are counted by address, and keys that are right go on working there",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    await setLimit(tenants, "wrong_keys", null, 3);
    const { hash } = await newKey(admin, owner);
    const told = async (keyHash: string, ip: string | null, userId: string | null = null) => {
      const { rows: [row] } = await admin.query<
        { verdict: { code: string; retry_after?: number } }
      >(
        "select public.verify_api_key($1, null, $2, $3) as verdict",
        [keyHash, ip, userId],
      );
      return [row?.verdict.code, (row?.verdict.retry_after ?? null) !== null];
    };
    const guesses = [];
    for (let n = 0; n < 5; n++) guesses.push(await told(freshHash(), "203.0.113.1"));
    assert.deepEqual(guesses, [false, false, false, true, true].map((late) => ["not_found", late]));
    assert.deepEqual(await told(hash, "203.0.113.1"), ["valid", false]);
    assert.deepEqual(await told(freshHash(), "203.0.113.2"), ["not_found", false]);
    // Who is known to ask about a key of somebody else is not guessing.
    assert.deepEqual(await told(hash, "203.0.113.1", stranger), ["not_found", false]);
    const { rows: [asked] } = await admin.query(
      "select public.check_api_key($1, null, '203.0.113.1') -> 'retry_after' as wait",
      [freshHash()],
    );
    assert.ok(Number(asked?.wait) > 0, "asking without counting is no way around it");
  },
);

Deno.test(
  "A key that asks without being counted is held to its owner's requests, unless it is refused",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await setLimit(tenants, "verify", 1, null);
    const { hash } = await newKey(admin, owner, { scopes: ["ivr:read"] });
    const check = async (scope: string) => {
      const { rows: [row] } = await admin.query<
        { verdict: { code: string; retry_after?: number } }
      >(
        "select public.check_api_key($1, $2, null, 'verify') as verdict",
        [hash, scope],
      );
      return [row?.verdict.code, (row?.verdict.retry_after ?? null) !== null];
    };
    assert.deepEqual(await check("ivr:write"), ["insufficient_scope", false]);
    assert.deepEqual(await check("ivr:read"), ["valid", false]);
    assert.deepEqual(await check("ivr:read"), ["valid", true]);
  },
);

Deno.test("A kind of request that has no limit by name is not let pass", onPostgres, async () => {
  await using tenants = await createTenants();
  assert.equal(await sqlState(() => ask(tenants.admin, "another", null, null)), "P0002");
});

Deno.test("The hot role may count requests, and no user may", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, database } = tenants;
  const hot = new pg.Client({ connectionString: hotUrl(database.url) });
  await hot.connect();
  const sql = "select private.limit_requests('requests', $1, null)";
  assert.equal(await sqlState(() => hot.query(sql, [owner])), null);
  await hot.end();
  const state = await sqlState(() =>
    actAs(admin, "authenticated", owner, () => ask(admin, "requests", owner, null))
  );
  assert.equal(state, "42501");
});

Deno.test("Counts of windows that are over are swept away by schedule", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin } = tenants;
  await count(admin, "2001-01-01T00:00:00Z");
  const text = await Deno.readTextFile(
    new URL("../../supabase/migrations/20261121000100_request_limits.sql", import.meta.url),
  );
  const [, sweep = ""] = /\$\$(delete from private\.request_counts.*)\$\$/.exec(text) ?? [];
  await admin.query(sweep);
  const { rows } = await admin.query(
    "select count(*)::int as left, count(*) filter (where subject = 'x')::int as old from private.request_counts",
  );
  assert.deepEqual(rows, [{ left: 1, old: 0 }]);
});
