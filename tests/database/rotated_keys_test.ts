import assert from "node:assert/strict";
// @ts-types="@types/pg"
import type pg from "pg";
import { z } from "zod";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { freshHash, type KeyUnderTest, newKey, USES } from "#tests/support/keys.ts";
import { actAs, createTenants, type Tenants } from "#tests/support/tenants.ts";

const NOON = "2031-03-01T12:00:00Z";

type Rotated = Pick<KeyUnderTest, "id" | "hash">;

/** Does something to a key as its owner, who keeps it. */
async function own({ admin, owner }: Tenants, sql: string, values: unknown[]): Promise<unknown> {
  const { rows: [row] } = await actAs(
    admin,
    "authenticated",
    owner,
    () => admin.query(`select ${sql} as result`, values),
    "commit",
  );
  return row?.result;
}

async function rotate(tenants: Tenants, id: string): Promise<Rotated> {
  const hash = freshHash();
  const answer = await own(tenants, "public.rotate_api_key($1, $2, 'vx_1111111', 168)", [id, hash]);
  const { api_key } = z.object({ api_key: z.object({ id: z.string() }) }).parse(answer);
  return { id: api_key.id, hash };
}

/** Presents a key now. */
async function use(client: pg.ClientBase | pg.Pool, { hash }: Rotated): Promise<string> {
  const { rows: [row] } = await client.query<{ code: string }>(
    "select private.judge_api_key($1, null, null, null, $2) ->> 'code' as code",
    [hash, new Date()],
  );
  return row?.code ?? "";
}

async function usesUntilRefused(client: pg.Client, keys: readonly Rotated[]) {
  const codes: string[] = [];
  for (let n = 0; n < 20; n++) {
    for (const key of keys) codes.push(await use(client, key));
  }
  return { allowed: codes.filter((code) => code === "valid").length, last: codes.at(-1) };
}

async function byHour({ admin }: Tenants): Promise<Record<string, number>> {
  const { rows } = await admin.query<{ key_id: string; count: number }>(
    `select key_id, sum(count)::int as count from ${USES} group by 1`,
  );
  return Object.fromEntries(rows.map(({ key_id, count }) => [key_id, count]));
}

Deno.test("Keys that came of one another have one quota in common", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const first = await newKey(admin, owner, { usage_quota: 10 });
  assert.equal(await use(admin, first), "valid");
  const second = await rotate(tenants, first.id);
  assert.equal(await use(admin, first), "valid");
  const third = await rotate(tenants, second.id);
  // Of the first one once more: a rotation hands out nothing anew, whatever it starts from.
  const fork = await rotate(tenants, first.id);
  const keys = [first, second, third, fork];
  assert.deepEqual(await usesUntilRefused(admin, keys), { allowed: 8, last: "quota_exceeded" });
  const used = await byHour(tenants);
  assert.deepEqual(keys.map(({ id }) => used[id]), [4, 2, 2, 2]);
});

Deno.test("The hour of a rotated key is that of its successor", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const first = await newKey(admin, owner, { rate_limit: 5 });
  const second = await rotate(tenants, first.id);
  await admin.query("update public.api_keys set expires_at = '2032-01-01'");
  const judge = async ({ hash }: Rotated, at: string) => {
    const { rows: [row] } = await admin.query(
      "select private.judge_api_key($1, null, null, null, $2) as verdict",
      [hash, at],
    );
    return z.object({ code: z.string(), remaining: z.int() }).parse(row?.verdict);
  };
  for (const remaining of [4, 2, 0]) {
    assert.deepEqual(await judge(first, NOON), { code: "valid", remaining });
    if (remaining > 0) await judge(second, NOON);
  }
  assert.deepEqual(await judge(first, NOON), { code: "rate_limited", remaining: 0 });
  assert.deepEqual(await judge(second, NOON), { code: "rate_limited", remaining: 0 });
  assert.deepEqual(await judge(first, "2031-03-01T13:00:00Z"), { code: "valid", remaining: 4 });
  const { rows: [answer] } = await admin.query(
    "select public.check_api_key($1) ->> 'remaining' as remaining",
    [first.hash],
  );
  const { rows: [successor] } = await admin.query(
    "select public.check_api_key($1) ->> 'remaining' as remaining",
    [second.hash],
  );
  assert.deepEqual(answer, successor);
});

Deno.test(
  "A rotated key has limits of its own, of which a refused use takes nothing",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const first = await newKey(admin, owner, { usage_quota: 10 });
    const second = await rotate(tenants, first.id);
    await own(tenants, "public.update_api_key($1, $2)", [first.id, '{"usage_quota": 2}']);
    const codes = [];
    for (let n = 0; n < 4; n++) codes.push(await use(admin, first));
    assert.deepEqual(codes, ["valid", "valid", "quota_exceeded", "quota_exceeded"]);
    await own(tenants, "public.revoke_api_key($1)", [first.id]);
    assert.equal(await use(admin, first), "revoked");
    const { rows } = await admin.query(
      "select usage_count::int as used from public.api_keys where id = $1",
      [second.id],
    );
    assert.deepEqual(rows, [{ used: 2 }]);
  },
);

Deno.test(
  "When the key that counts is deleted, those before it go on from there",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const first = await newKey(admin, owner, { usage_quota: 6 });
    const second = await rotate(tenants, first.id);
    const third = await rotate(tenants, second.id);
    for (const key of [first, second, third]) await use(admin, key);
    await own(tenants, "public.delete_api_key($1)", [third.id]);
    assert.deepEqual(await usesUntilRefused(admin, [first, second]), {
      allowed: 3,
      last: "quota_exceeded",
    });
    await own(tenants, "public.delete_api_key($1)", [first.id]);
    assert.equal(await use(admin, second), "quota_exceeded");
  },
);

Deno.test(
  "Under load from all sides, keys that are rotated and deleted meanwhile are allowed no more than one",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    for (let round = 0; round < 5; round++) {
      const keys: Rotated[] = [await newKey(admin, owner, { usage_quota: 200 })];
      const codes: string[] = [];
      await withPool(database.url, 16, async (pool) => {
        const callers = Array.from({ length: 16 }, async (_, caller) => {
          for (let n = 0; n < 40; n++) {
            const key = keys[(caller + n) % keys.length];
            if (key) codes.push(await use(pool, key));
          }
        });
        for (let n = 0; n < 4; n++) {
          const key = keys.at(-1);
          if (key) keys.push(await rotate(tenants, key.id));
        }
        const last = keys.pop();
        if (last) await own(tenants, "public.delete_api_key($1)", [last.id]);
        await Promise.all(callers);
      });
      const of = (code: string) => codes.filter((other) => other === code).length;
      assert.equal(of("valid"), 200);
      assert.equal(of("valid") + of("quota_exceeded") + of("not_found"), codes.length);
    }
  },
);

Deno.test(
  "Who waits with a rotated key for a use in progress is judged by what that left",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    const changes: Record<string, readonly [sql: string, code: string]> = {
      "the last use": [
        "select private.judge_api_key((select key_hash from public.api_keys where id = $2), null, null, null, now()), $1::text",
        "quota_exceeded",
      ],
      "its revocation": [
        "update public.api_keys set revoked_at = now() where id = $1 and $2::text is not null",
        "revoked",
      ],
    };
    for (const [name, [sql, code]] of Object.entries(changes)) {
      await t.step(name, async () => {
        const first = await newKey(admin, owner, { usage_quota: 1 });
        const second = await rotate(tenants, first.id);
        await withPool(database.url, 2, async (pool) => {
          const busy = await pool.connect();
          await busy.query("begin");
          await busy.query(sql, [first.id, second.id]);
          const waiting = use(pool, first);
          const blocked =
            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
          let answered = false;
          void waiting.then(() => answered = true);
          // Without the guards nobody waits, and the answer is wrong.
          while (!answered && !(await admin.query(blocked)).rowCount);
          await busy.query("commit");
          busy.release();
          assert.equal(await waiting, code);
        });
      });
    }
  },
);

Deno.test(
  "A rotation and a use of the key before it do not wait for each other, and the use is counted on",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    const first = await newKey(admin, owner, { usage_quota: 1 });
    const second = await rotate(tenants, first.id);
    await withPool(database.url, 2, async (pool) => {
      // Without the guards fewer wait: whoever is answered ends it.
      let answered = false;
      const untilWaiting = async (number: number) => {
        const sql =
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while (!answered && (await pool.query(sql)).rowCount !== number);
      };
      const busy = await pool.connect();
      await busy.query("begin");
      await busy.query("select from public.api_keys where id = $1 for update", [second.id]);
      const rotating = rotate(tenants, second.id);
      await untilWaiting(1);
      const using = withPool(database.url, 1, (other) => use(other, first));
      void using.then(() => answered = true, () => answered = true);
      await untilWaiting(2);
      await busy.query("commit");
      busy.release();
      const third = await rotating;
      assert.equal(await using, "valid");
      assert.equal(await use(admin, third), "quota_exceeded");
    });
  },
);
