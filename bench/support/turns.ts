/** What a benchmark measures, by name; each resolves to what it showed. */
export type Sides<Name extends string, Shown> = Readonly<Record<Name, () => Promise<Shown>>>;

/**
 * Measures all sides in turns, so that whatever else the machine does falls on all alike: a round
 * that warms up and is not counted, and so many that are. Each round begins with another side.
 *
 * @returns of each side what every round showed, in order: the n-th of one and of another are a pair.
 */
export async function inTurns<Name extends string, Shown>(
  rounds: number,
  sides: Sides<Name, Shown>,
): Promise<Record<Name, Shown[]>> {
  const names = Object.keys(sides) as Name[];
  const shown = Object.fromEntries(names.map((name) => [name, [] as Shown[]])) as Record<
    Name,
    Shown[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const at of names.keys()) {
      const name = names[(round + at) % names.length];
      if (name === undefined) continue;
      const result = await sides[name]();
      if (round > 0) shown[name].push(result);
    }
  }
  return shown;
}
