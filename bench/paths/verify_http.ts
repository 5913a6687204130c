/**
 * `POST /api-keys/verify` over HTTP beside better-auth with its API keys: as many keys in both, limits
 * and counting on in both, each in a process of its own on the same database server.
 *
 * Usage: deno run -A bench/paths/verify_http.ts [--quick] [--json]
 */
import { benchmark } from "../support/benchmark.ts";
import { compare } from "../support/comparison.ts";
import { medianOf, rateOf } from "../support/load.ts";
import { inTurns } from "../support/turns.ts";
import { startVerifiers } from "../support/verifiers.ts";

const KEYS = 10_000;

await benchmark("verify_http", async ({ pairs, seconds }) => {
  await using verifiers = await startVerifiers(KEYS);
  const { ours, betterAuth } = verifiers;
  const measure = (clients: number) =>
    inTurns(pairs, {
      ours: () => ours.measure({ clients, seconds }),
      betterAuth: () => betterAuth.measure({ clients, seconds }),
    });
  const many = await measure(16);
  const one = await measure(1);
  return [
    compare({
      what: "verifications a second by 16 clients",
      unit: "/s",
      ours: ["Switchboard", many.ours.map(rateOf)],
      theirs: ["better-auth", many.betterAuth.map(rateOf)],
      target: { atLeast: 5 },
    }),
    compare({
      what: "median time of one verification by 1 client",
      unit: "ms",
      ours: ["Switchboard", one.ours.map(medianOf)],
      theirs: ["better-auth", one.betterAuth.map(medianOf)],
      target: { atMost: 0.35 },
    }),
  ];
});
