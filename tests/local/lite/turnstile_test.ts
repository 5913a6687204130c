import assert from "node:assert/strict";
import { Turnstile } from "#local/lite/turnstile.ts";

/** Lets everything run that waits for nothing. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("work goes through one at a time, in the order of arrival", async () => {
  const turnstile = new Turnstile();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turnstile.pass(async () => {
    seen.push("first begins");
    await gate.promise;
    seen.push("first ends");
  });
  const second = turnstile.pass(() => {
    seen.push("second");
    return Promise.resolve();
  });
  await settle();
  assert.deepEqual(seen, ["first begins"]);
  gate.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(seen, ["first begins", "first ends", "second"]);
});

Deno.test("work inside the work in progress does not wait for it", async () => {
  const turnstile = new Turnstile();
  const result = await turnstile.pass(() => turnstile.pass(() => Promise.resolve("inside")));
  assert.equal(result, "inside");
});

Deno.test("work that was left behind queues again when its turn is over", async () => {
  const turnstile = new Turnstile();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  let late = Promise.resolve();
  await turnstile.pass(() => {
    late = gate.promise.then(() =>
      turnstile.pass(() => {
        seen.push("late");
        return Promise.resolve();
      })
    );
    return Promise.resolve();
  });
  const next = turnstile.pass(async () => {
    gate.resolve();
    await settle();
    seen.push("next");
  });
  await Promise.all([next, late]);
  assert.deepEqual(seen, ["next", "late"]);
});

Deno.test("work that fails lets the next one through", async () => {
  const turnstile = new Turnstile();
  await assert.rejects(turnstile.pass(() => Promise.reject(new Error("No"))), /No/);
  assert.equal(await turnstile.pass(() => Promise.resolve(2)), 2);
});
