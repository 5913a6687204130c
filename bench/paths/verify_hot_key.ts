/**
 * `POST /api-keys/verify` over HTTP with one key that everyone uses, beside better-auth: as it is, and
 * with its commits as asynchronous as those of our counts.
 *
 * Usage: deno run -A bench/paths/verify_hot_key.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { compare } from "../support/comparison.ts";
import { rateOf } from "../support/load.ts";
import { inTurns } from "../support/turns.ts";
import { startVerifiers } from "../support/verifiers.ts";

const KEYS = 10_000;

await benchmark("verify_hot_key", async ({ pairs, seconds }) => {
  await using verifiers = await startVerifiers(KEYS);
  const { ours, betterAuth, betterAuthAsync } = verifiers;
  const order = { clients: 16, seconds, hot: true };
  const shown = await inTurns(pairs, {
    ours: () => ours.measure(order),
    betterAuth: () => betterAuth.measure(order),
    betterAuthAsync: () => betterAuthAsync.measure(order),
  });
  const what = "verifications of one key a second by 16 clients";
  const side = ["Switchboard", shown.ours.map(rateOf)] as const;
  return [
    compare({
      what,
      unit: "/s",
      ours: side,
      theirs: ["better-auth", shown.betterAuth.map(rateOf)],
      target: { atLeast: 6 },
    }),
    compare({
      what,
      unit: "/s",
      ours: side,
      theirs: [
        "better-auth with synchronous_commit = off",
        shown.betterAuthAsync.map(rateOf),
      ],
      target: { atLeast: 3.5 },
    }),
  ];
});
