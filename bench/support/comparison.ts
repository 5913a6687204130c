import { median, medianInterval, quantile } from "./numbers.ts";

/** What one side showed in one round. */
export interface Shown {
  /** What is compared: a rate, a time, a size. */
  readonly value: number;
  /** How long each piece of the work took, in milliseconds. */
  readonly latencies?: { readonly p50: number; readonly p99: number; readonly longest?: number };
  /** Answers that were not what they had to be. */
  readonly failures: number;
  /** Of one core, what the load generator used. */
  readonly loadCpu?: number;
}

/** What a ratio must come to: at least so much where more is better, at most where less is. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** What no round of ours may exceed, in the unit of what is compared. */
export interface Limit {
  readonly most: number;
  /** What the worst of the rounds came to. */
  readonly worst: number;
}

/** One side of a {@linkcode Comparison}, as it is told. */
export interface Side {
  readonly name: string;
  /** The median of all rounds. */
  readonly value: number;
  readonly p50_ms?: number;
  readonly p99_ms?: number;
  readonly failures: number;
  readonly load_cpu?: number;
}

/** Ours against a peer, or against ourselves under another load. */
export interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly ours: Side;
  readonly theirs: Side;
  /** Ours by theirs, the median of all pairs. */
  readonly ratio: number;
  /** Where the true median lies in 15 of 16 cases; see `medianInterval`. */
  readonly spread: readonly [low: number, high: number];
  readonly target?: Target;
  readonly limit?: Limit;
  /**
   * False where the whole spread is on the wrong side of the target, the limit was exceeded, or any
   * answer was wrong.
   */
  readonly passed: boolean;
}

/** What is compared with what. */
export interface Compared {
  readonly what: string;
  readonly unit: string;
  readonly ours: readonly [name: string, shown: readonly Shown[]];
  readonly theirs: readonly [name: string, shown: readonly Shown[]];
  readonly target?: Target;
  /** What no round of ours may exceed, in the unit. */
  readonly most?: number;
}

/** Compares two sides pair by pair. */
export function compare({ what, unit, ours, theirs, target, most }: Compared): Comparison {
  const ratios = ours[1].map(({ value }, n) => value / (theirs[1][n]?.value ?? NaN));
  const spread = medianInterval(ratios);
  const sides = { ours: sideOf(...ours), theirs: sideOf(...theirs) };
  const failures = sides.ours.failures + sides.theirs.failures;
  const comparison = { what, unit, ...sides, ratio: median(ratios), spread };
  const worst = Math.max(...ours[1].map(({ value }) => value));
  return {
    ...comparison,
    ...target === undefined ? {} : { target },
    ...most === undefined ? {} : { limit: { most, worst } },
    passed: failures === 0 && isWithin(spread, target) && (most === undefined || worst <= most),
  };
}

/** Of several peers the one that showed the best median. */
export function best(
  peers: Readonly<Record<string, readonly Shown[]>>,
): readonly [name: string, shown: readonly Shown[]] {
  const [first] = Object.entries(peers).toSorted(([, a], [, b]) =>
    median(b.map(({ value }) => value)) - median(a.map(({ value }) => value))
  );
  if (first === undefined) throw new Error("No peers to choose from");
  return first;
}

function isWithin([low, high]: readonly [number, number], target: Target | undefined): boolean {
  if (target === undefined) return true;
  return "atLeast" in target ? high >= target.atLeast : low <= target.atMost;
}

function sideOf(name: string, shown: readonly Shown[]): Side {
  const middle = (value: (shown: Shown) => number | undefined) => {
    const values = shown.flatMap((round) => value(round) ?? []);
    return values.length === 0 ? undefined : quantile(values, 0.5);
  };
  const optional = {
    p50_ms: middle(({ latencies }) => latencies?.p50),
    p99_ms: middle(({ latencies }) => latencies?.p99),
    load_cpu: middle(({ loadCpu }) => loadCpu),
  };
  return {
    name,
    value: median(shown.map(({ value }) => value)),
    failures: shown.reduce((sum, { failures }) => sum + failures, 0),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
