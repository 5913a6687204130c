/**
 * Measures whether verifying a key costs more where there are more keys: 1,000 against 1,000,000, on a
 * PostgreSQL server of its own. Keys are presented at random, so that nothing stays warm by accident.
 *
 * Usage: deno run -A bench/verify_growth.ts [seconds for each turn]
 */
import { createHash } from "node:crypto";
// @ts-types="@types/pg"
import pg from "pg";
import { execute } from "#tests/support/databases.ts";
import { benchmarkCluster, migratedDatabase } from "./support/databases.ts";
import { median } from "./support/numbers.ts";

const SIZES = [1_000, 1_000_000] as const;
const ROUNDS = 21;
const CONNECTIONS = 2;
const seconds = Number(Deno.args[0] ?? 1);

await using cluster = await benchmarkCluster();
const urls = new Map<number, string>();
for (const size of SIZES) urls.set(size, await prepare(size));

// In short turns, so that what else the machine does falls on both alike.
const rates: { few: number; many: number }[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const [few, many] = [await measure(SIZES[0]), await measure(SIZES[1])];
  // The first round warms both up.
  if (round > 0) rates.push({ few, many });
}
const few = median(rates.map((rate) => rate.few));
const many = median(rates.map((rate) => rate.many));
console.log(`${SIZES[0]} keys: ${few.toFixed(0)} verifications/s, the median of ${ROUNDS} rounds`);
console.log(`${SIZES[1]} keys: ${many.toFixed(0)} verifications/s`);
const ratio = median(rates.map((rate) => rate.few / rate.many));
console.log(`A verification among ${SIZES[1]} costs ${ratio.toFixed(2)} of one among ${SIZES[0]}`);

/** A migrated database with so many keys, a thousand to an owner; answers its connection string. */
async function prepare(size: number): Promise<string> {
  const url = await migratedDatabase(cluster.url, `keys_${size}`);
  await execute(
    url,
    `insert into auth.users (id, email) select md5('user' || n)::uuid, n || '@example.com' from generate_series(0, ${size} / 1000 - 1) n;
     set session_replication_role = replica;
     insert into public.api_keys (user_id, name, key_prefix, key_hash, scopes, rate_limit, usage_quota)
       select md5('user' || n % (${size} / 1000))::uuid, 'Key ' || n, 'vx_0000000', encode(sha256(n::text::bytea), 'hex'), '{*}', 1000000, 1000000000
       from generate_series(1, ${size}) n;
     insert into public.api_key_usage (key_id, user_id, hour, count)
       select id, user_id, date_trunc('hour', now(), 'UTC'), 1 from public.api_keys;
     reset session_replication_role;`,
  );
  await execute(url, "vacuum analyze");
  return url;
}

/** How many keys of a database are verified in a second. */
async function measure(size: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const client = new pg.Client({ connectionString: urls.get(size) });
    await client.connect();
    let count = 0;
    for (; performance.now() < end; count++) {
      const n = 1 + Math.floor(Math.random() * size);
      const hash = createHash("sha256").update(String(n)).digest("hex");
      const { rows: [row] } = await client.query(
        "select private.verify_api_key($1, 'ivr:read', '203.0.113.1') ->> 'code' as code",
        [hash],
      );
      if (row?.code !== "valid") throw new Error(`Key ${n} is ${row?.code}`);
    }
    await client.end();
    return count;
  }));
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - start) / 1000);
}
