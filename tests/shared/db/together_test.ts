import assert from "node:assert/strict";
import type { DatabaseResult } from "#shared/db/errors.ts";
import { Together } from "#shared/db/together.ts";

/** What the database refuses, as either transport tells it. */
const REFUSED: DatabaseResult = { data: null, error: { code: "57014", message: "Too slow" } };

/** A database that doubles numbers, and answers a statement when it is told to. */
function database(severally?: (calls: readonly number[]) => DatabaseResult) {
  const statements: (readonly number[])[] = [];
  const held: (() => void)[] = [];
  const answer = async (calls: readonly number[], result: DatabaseResult) => {
    statements.push(calls);
    await new Promise<void>((resolve) => held.push(resolve));
    return result;
  };
  const doubled = (data: unknown): DatabaseResult => ({ data, error: null });
  const together = new Together<number>({
    one: (n) => answer([n], doubled(2 * n)),
    several: (calls) => answer(calls, severally?.(calls) ?? doubled(calls.map((n) => 2 * n))),
  });
  return {
    call: (n: number) => together.call(n),
    statements,
    underWay: () => held.length,
    /** Lets the statement that came last be answered. */
    finishLast: () => held.pop()?.(),
    /** Lets statements be answered until none is left, and says how many there were at most at a time. */
    async finish() {
      let most = 0;
      while (held.length > 0) {
        most = Math.max(most, held.length);
        held.shift()?.();
        await new Promise((resolve) => setTimeout(resolve));
      }
      return most;
    },
  };
}

/** Resolves when something is so that only time has to pass for. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

const dataOf = (results: readonly DatabaseResult[]) => results.map(({ data }) => data);

Deno.test("Who comes alone goes at once", async () => {
  const { call, statements, finish } = database();
  const answer = call(4);
  assert.deepEqual(statements, [[4]]);
  await finish();
  assert.deepEqual(await answer, { data: 8, error: null });
});

Deno.test("Who comes while a statement is under way goes with the others, in order", async () => {
  const { call, statements, finish } = database();
  const answers = Promise.all(numbers(7).map(call));
  assert.deepEqual(statements, [[0]]);
  await finish();
  assert.deepEqual(dataOf(await answers), [0, 2, 4, 6, 8, 10, 12]);
  assert.deepEqual(statements, [[0], [1, 2, 3, 4, 5, 6]]);
});

Deno.test("Nobody waits for long for a statement that is held up", async () => {
  const { call, statements, underWay, finish, finishLast } = database();
  const first = call(0);
  const others = Promise.all([1, 2].map(call));
  await until(() => underWay() === 2);
  assert.deepEqual(statements, [[0], [1, 2]]);
  finishLast();
  assert.deepEqual(dataOf(await others), [2, 4]);
  assert.equal(underWay(), 1);
  await finish();
  assert.deepEqual(await first, { data: 0, error: null });
});

Deno.test("There are never more than two statements under way, of 32 calls at most", async () => {
  const { call, statements, underWay, finish } = database();
  const answers = Promise.all(numbers(200).map(call));
  await until(() => underWay() === 2);
  const most = await finish();
  assert.deepEqual(dataOf(await answers), numbers(200).map((n) => 2 * n));
  assert.equal(most, 2);
  assert.deepEqual(statements.map(({ length }) => length), [1, 32, 32, 32, 32, 32, 32, 7]);
});

Deno.test("What is refused for several is asked for each, and fails for whom it must alone", async () => {
  const { call, statements, finish } = database(() => REFUSED);
  const answers = Promise.all(numbers(4).map(call));
  await finish();
  assert.deepEqual(dataOf(await answers), [0, 2, 4, 6]);
  assert.deepEqual(statements, [[0], [1, 2, 3], [1], [2], [3]]);
});

for (
  const [name, failure] of Object.entries({
    "no answer": { data: null, error: new TypeError("The connection was reset"), status: 0 },
    "a gateway's answer": { data: null, error: { message: "Bad gateway" }, status: 502 },
    "a connection that was lost": { data: null, error: { code: "08006" } },
  })
) {
  Deno.test(`After ${name} nobody knows what was done, and nothing is asked again`, async () => {
    const { call, statements, finish } = database(() => failure);
    const answers = Promise.all(numbers(4).map(call));
    await finish();
    assert.deepEqual((await answers).slice(1), [failure, failure, failure]);
    assert.equal(statements.length, 2);
  });
}

Deno.test("An answer that is no list of all is nobody else's answer", async () => {
  for (const data of [[4], null, "ab", { 0: 4 }]) {
    const { call, finish } = database(() => ({ data, error: null }));
    const answers = Promise.all(numbers(3).map(call));
    await finish();
    const [, second, third] = dataOf(await answers);
    assert.equal(second, Array.isArray(data) ? 4 : undefined);
    assert.equal(third, undefined);
  }
});

Deno.test("Where asking itself fails everybody is told, and the next may ask", async () => {
  let broken = true;
  const ask = (data: unknown) =>
    broken
      ? Promise.reject(new Error("No database is set"))
      : Promise.resolve({ data, error: null });
  const together = new Together<number>({ one: ask, several: ask });
  const answers = await Promise.allSettled(numbers(5).map((n) => together.call(n)));
  assert.deepEqual(answers.map(({ status }) => status), numbers(5).map(() => "rejected"));
  broken = false;
  assert.deepEqual(await together.call(3), { data: 3, error: null });
});
