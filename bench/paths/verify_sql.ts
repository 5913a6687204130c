/**
 * `verify_api_key` in SQL beside the least that counting a guarded use can be: one `update … returning`
 * of the same row, by pgbench with prepared statements. Our counts are committed asynchronously by
 * design; the limit is shown both ways and held against the one that is as asynchronous.
 *
 * Usage: deno run -A bench/paths/verify_sql.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { compare } from "../support/comparison.ts";
import { benchmarkCluster, migratedDatabase } from "../support/databases.ts";
import { addNumberedKeys, addOwner } from "../support/keys.ts";
import { runPgbench } from "../support/pgbench.ts";
import { inTurns } from "../support/turns.ts";

const KEYS = 10_000;
const KEY = `\\set n random(1, ${KEYS})`;
const HASH = "encode(sha256((:n)::text::bytea), 'hex')";

const VERIFY = `${KEY}
select private.verify_api_key(${HASH}, :scope, '203.0.113.1');`;

/** All that a key's row can say against its use, and all that is counted in it. */
const UPDATE = `${KEY}
update public.api_keys set usage_count = usage_count + 1, last_used_at = now(),
    window_count = case when window_start = date_trunc('hour', now(), 'UTC') then window_count + 1 else 1 end,
    window_start = date_trunc('hour', now(), 'UTC')
  where key_hash = ${HASH} and enabled and revoked_at is null and (expires_at is null or expires_at > now())
    and scopes && array['*', :scope] and (usage_quota is null or usage_count < usage_quota)
    and (rate_limit is null or window_start < date_trunc('hour', now(), 'UTC') or window_count < rate_limit)
  returning id, user_id, scopes, rate_limit, window_count, usage_quota, usage_count;`;

await benchmark("verify_sql", async ({ pairs, seconds }) => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const url = await migratedDatabase(cluster.url, "switchboard");
  await addOwner(url);
  await addNumberedKeys(url, KEYS);
  const run = (script: string, settings = "") => () =>
    runPgbench({
      url,
      script,
      settings,
      variables: { scope: "ivr:read" },
      clients: 4,
      seconds: Math.ceil(seconds),
    });
  const shown = await inTurns(pairs, {
    ours: run(VERIFY),
    update: run(UPDATE),
    asynchronous: run(UPDATE, "-c synchronous_commit=off"),
  });
  const ours = ["verify_api_key", shown.ours] as const;
  const what = "verifications a second on 4 connections";
  return [
    compare({
      what,
      unit: "/s",
      ours,
      theirs: ["one update with synchronous_commit = off", shown.asynchronous],
      target: { atLeast: 0.7 },
    }),
    compare({ what, unit: "/s", ours, theirs: ["one update", shown.update] }),
  ];
});
