import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { dispatch, type DispatchOptions, type DispatchResult } from "#shared/webhooks/dispatch.ts";
import type { ClaimedDelivery, Outcome } from "#shared/webhooks/queue.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { SimulatedClock } from "#tests/support/simulated_clock.ts";
import {
  delivered,
  newDelivery,
  type QueueOptions,
  SimulatedQueue,
} from "#tests/support/simulated_queue.ts";

const SECOND_MS = 1_000;
const DEADLINE_MS = 15_000;

const newDeliveries = (count: number, webhookId?: string) =>
  Array.from({ length: count }, () => newDelivery(webhookId));

/** A queue, and receivers that answer after some time. */
function newWorld(
  options: QueueOptions & { readonly answerMs?: (delivery: ClaimedDelivery) => number } = {},
) {
  const clock = new SimulatedClock();
  const queue = new SimulatedQueue(clock, options);
  /** When each was answered, by its id. */
  const answered = new Map<string, number>();
  const load = { now: 0, most: 0 };
  const deliver = async (delivery: ClaimedDelivery): Promise<Outcome> => {
    load.most = Math.max(load.most, ++load.now);
    await clock.sleep(options.answerMs?.(delivery) ?? 20);
    load.now--;
    answered.set(delivery.id, clock.now());
    return delivered(delivery);
  };
  const run = (more: Partial<DispatchOptions> = {}): Promise<DispatchResult> =>
    clock.during(
      dispatch({ claim: queue.claim, complete: queue.complete, deliver, clock, ...more }),
    );
  return { clock, queue, answered, load, deliver, run };
}

const result = (counts: Partial<DispatchResult>): DispatchResult => ({
  claimed: 0,
  delivered: 0,
  failed: 0,
  retried: 0,
  stale: 0,
  more: false,
  ...counts,
});

Deno.test("an empty queue is looked at once", async () => {
  const { queue, run } = newWorld();
  assert.deepEqual(await run(), result({}));
  assert.equal(queue.claims.length, 1);
});

Deno.test("a run works until the queue is empty, in slots and in batches", async () => {
  const { queue, load, clock, run } = newWorld();
  queue.add(newDeliveries(900));
  assert.deepEqual(await run(), result({ claimed: 900, delivered: 900 }));
  assert.equal(queue.size, 0);
  assert.equal(load.most, 192);
  assert.ok(Math.max(...queue.batches) <= 250);
  // 5 rounds of 20 ms, and what the calls take.
  assert.ok(clock.now() < 5 * 60, `${clock.now()} ms`);
  assert.ok(queue.batches.length < 60, `${queue.batches.length} batches`);
});

Deno.test("every outcome is handed over within 250 ms of its answer", async () => {
  const delays = [1, 3, 40, 333, 1_200, 7_000];
  const answerMs = ({ webhook_id }: ClaimedDelivery) =>
    delays[Number(webhook_id) % delays.length] ?? 0;
  for (const latencyMs of [1, 40, 120]) {
    const { queue, answered, run } = newWorld({ answerMs, latencyMs });
    for (let n = 0; n < 300; n++) queue.add([newDelivery(String(n))]);
    await run();
    assert.equal(queue.completed.size, 300);
    for (const [id, at] of queue.completed) {
      const waited = at - latencyMs - (answered.get(id) ?? assert.fail());
      assert.ok(waited <= 250, `${waited} ms`);
    }
  }
});

Deno.test("what hangs keeps nothing else from being sent", async () => {
  const answerMs = ({ webhook_id }: ClaimedDelivery) => webhook_id === "hangs" ? DEADLINE_MS : 20;
  const { clock, queue, answered, run } = newWorld({ answerMs, maxInFlight: 8 });
  queue.add(newDeliveries(8, "hangs"));
  const late = newDeliveries(5, "late");
  const publish = clock.sleep(3 * SECOND_MS).then(() => queue.add(late));
  assert.deepEqual(await run(), result({ claimed: 13, delivered: 13 }));
  await publish;
  for (const { id } of late) {
    const waited = (answered.get(id) ?? assert.fail()) - 3 * SECOND_MS;
    assert.ok(waited <= 300, `${waited} ms`);
  }
});

Deno.test("receivers that hang give up their slots, and are not called without end", async () => {
  const answerMs = ({ webhook_id }: ClaimedDelivery) => webhook_id === "hangs" ? DEADLINE_MS : 20;
  const { queue, load, run } = newWorld({ answerMs });
  queue.add(newDeliveries(600, "hangs"));
  assert.deepEqual(await run(), result({ claimed: 256, delivered: 256, more: true }));
  assert.equal(load.most, 256);

  const fewer = newWorld({ answerMs });
  fewer.queue.add(newDeliveries(150, "hangs"));
  const quick = newDeliveries(60, "quick");
  fewer.queue.add(quick);
  await fewer.run();
  for (const { id } of quick) assert.ok((fewer.answered.get(id) ?? Infinity) < 3 * SECOND_MS);
});

Deno.test("where slow receivers take every place, another run goes on", async () => {
  const answerMs = ({ webhook_id }: ClaimedDelivery) => webhook_id === "hangs" ? DEADLINE_MS : 20;
  const { clock, queue, answered, deliver } = newWorld({ answerMs });
  queue.add(newDeliveries(600, "hangs"));
  const quick = newDeliveries(60, "quick");
  queue.add(quick);
  const runs: Promise<DispatchResult>[] = [];
  const start = (): void => {
    const { claim, complete } = queue;
    runs.push(dispatch({ claim, complete, deliver, clock, onSpent: start }));
  };
  start();
  await clock.during((async () => {
    for (const run of runs) await run;
  })());
  assert.equal(queue.size, 0);
  for (const { id } of quick) {
    const at = answered.get(id) ?? assert.fail();
    assert.ok(at < 6 * SECOND_MS, `${at} ms`);
  }
  // No run begins that is not needed.
  assert.equal(runs.length, 3);
});

Deno.test("an endpoint with a limit is worked without pauses", async () => {
  const { clock, queue, run } = newWorld({ maxInFlight: 2 });
  queue.add(newDeliveries(40));
  assert.deepEqual(await run(), result({ claimed: 40, delivered: 40 }));
  // 20 rounds of 20 ms of answer, 10 ms of gathering and two calls.
  assert.ok(clock.now() < 20 * 60, `${clock.now()} ms`);
});

Deno.test("what is let go while the queue is looked at is not left behind", async () => {
  // Answered so that the first delivery is being handed over when the queue is looked at again.
  const { clock, queue, run } = newWorld({
    maxInFlight: 1,
    latencyMs: 30,
    answerMs: () => 225,
  });
  queue.add(newDeliveries(2));
  let looks = 0;
  const claim: typeof queue.claim = async (limit) => {
    if (++looks !== 2) return await queue.claim(limit);
    assert.equal(queue.completed.size, 0);
    await clock.sleep(50);
    assert.equal(queue.completed.size, 1);
    return { deliveries: [], nextDueMs: null };
  };
  assert.deepEqual(await run({ claim }), result({ claimed: 2, delivered: 2 }));
});

Deno.test("a run waits for what is due within moments, and not for what is due later", async () => {
  const { queue, run, clock } = newWorld();
  queue.add(newDeliveries(1));
  queue.add(newDeliveries(1), SECOND_MS);
  queue.add(newDeliveries(1), 60 * SECOND_MS);
  assert.deepEqual(await run(), result({ claimed: 2, delivered: 2 }));
  assert.ok(clock.now() < 4 * SECOND_MS);
});

Deno.test("a run whose time is up finishes what is under way and says that there is more", async () => {
  const { clock, queue, run } = newWorld({ answerMs: () => 200 });
  queue.add(newDeliveries(900));
  const { claimed, delivered, more } = await run({ budgetMs: SECOND_MS / 2 });
  assert.equal(more, true);
  assert.equal(claimed, delivered);
  assert.ok(claimed >= 2 * 192 && claimed < 900, `${claimed}`);
  assert.equal(queue.size, 900 - claimed);
  assert.ok(clock.now() < SECOND_MS);
});

Deno.test("a run claims no more than its budget of computing", async () => {
  const { queue, run } = newWorld();
  queue.add(newDeliveries(300));
  const ended = await run({ maxDeliveries: 100 });
  assert.deepEqual(ended, result({ claimed: 100, delivered: 100, more: true }));
  assert.equal(queue.size, 200);
});

Deno.test("a run that can claim no more says so before it waits for who hangs", async () => {
  const answerMs = ({ webhook_id }: ClaimedDelivery) => webhook_id === "hangs" ? DEADLINE_MS : 20;
  const { clock, queue, run } = newWorld({ answerMs });
  queue.add(newDeliveries(1, "hangs"));
  queue.add(newDeliveries(300));
  const spentAt: number[] = [];
  const onSpent = () => void spentAt.push(clock.now());
  assert.equal((await run({ maxDeliveries: 100, onSpent })).more, true);
  assert.ok(clock.now() >= DEADLINE_MS);
  assert.equal(spentAt.length, 1);
  assert.ok((spentAt[0] ?? NaN) < SECOND_MS);
  await run({ onSpent });
  assert.equal(spentAt.length, 1);
});

Deno.test("a run that is stopped claims nothing more and asks for no other", async () => {
  const { clock, queue, run } = newWorld();
  queue.add(newDeliveries(900));
  const stop = new AbortController();
  const stopping = clock.sleep(50).then(() => stop.abort());
  const onSpent = () => assert.fail("Another run was asked for");
  const { claimed, delivered, more } = await run({ signal: stop.signal, onSpent });
  await stopping;
  assert.ok(claimed > 0 && claimed < 900, `${claimed}`);
  assert.deepEqual([delivered, more, queue.size], [claimed, false, 900 - claimed]);
});

Deno.test("a run that is stopped leaves to the lease what it cannot hand over", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { clock, queue, run } = newWorld();
  queue.add(newDeliveries(10));
  const stop = new AbortController();
  const stopping = clock.sleep(SECOND_MS).then(() => stop.abort());
  const complete = () => Promise.reject(new Error("away"));
  assert.equal((await run({ complete, signal: stop.signal })).stale, 10);
  await stopping;
  assert.equal(clock.now(), SECOND_MS);
});

Deno.test("what failed and what is retried is counted apart", async () => {
  const { queue, deliver, run } = newWorld();
  const verdicts = ["delivered", "retry", "failed", "gone", "disabled"] as const;
  queue.add(verdicts.map((verdict) => newDelivery(verdict)));
  const ended = await run({
    deliver: async (delivery) => ({
      ...await deliver(delivery),
      error: delivery.webhook_id === "delivered" ? null : "refused: The answer is 500",
      verdict: verdicts.find((verdict) => verdict === delivery.webhook_id) ?? "failed",
      retry_in_ms: 5 * SECOND_MS,
    }),
  });
  assert.deepEqual(ended, result({ claimed: 5, delivered: 1, failed: 3, retried: 1 }));
});

Deno.test("outcomes that cannot be handed over are tried again while their lease holds", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const { clock, queue, run } = newWorld();
  queue.add(newDeliveries(100));
  const complete: typeof queue.complete = (outcomes) =>
    clock.now() < 9 * SECOND_MS ? Promise.reject(new Error("away")) : queue.complete(outcomes);
  assert.deepEqual(await run({ complete }), result({ claimed: 100, delivered: 100 }));
  assert.equal(queue.size, 0);
});

Deno.test("outcomes whose lease is over are another worker's, and the run ends", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using log = captureLog();
  const { clock, queue, run } = newWorld();
  queue.add(newDeliveries(10));
  const ended = await run({
    complete: () => Promise.reject(new Error("away")),
    maxDeliveries: 10,
  });
  assert.deepEqual(ended, result({ claimed: 10, delivered: 10, stale: 10, more: true }));
  assert.ok(clock.now() <= 30 * SECOND_MS);
  assert.equal(queue.size, 10);
  assert.ok(log.lines.every(({ event }) => event.includes("cannot be handed over")));
});

Deno.test("what was taken over in the meantime is counted as stale", async () => {
  const { queue, run } = newWorld();
  queue.add(newDeliveries(3));
  const ended = await run({
    complete: async (outcomes) => {
      await queue.complete(outcomes);
      return { completed: 0, stale: outcomes.length };
    },
  });
  assert.deepEqual(ended, result({ claimed: 3, delivered: 3, stale: 3 }));
});

Deno.test("a queue that cannot be read at all is the caller's to know", async () => {
  const { run } = newWorld();
  await assert.rejects(run({ claim: () => Promise.reject(new Error("away")) }), /away/);
});

Deno.test("a claim that fails ends the run with what was done", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using log = captureLog();
  const { queue, run } = newWorld();
  queue.add(newDeliveries(300));
  let claims = 0;
  const claim: typeof queue.claim = (limit) =>
    ++claims > 1 ? Promise.reject(new Error("away")) : queue.claim(limit);
  assert.deepEqual(await run({ claim }), result({ claimed: 192, delivered: 192 }));
  assert.equal(queue.size, 300 - 192);
  assert.deepEqual(log.lines.map(({ event }) => event), ["no deliveries can be claimed"]);
});

Deno.test("several runs share a queue, and nothing is sent twice", async () => {
  const { clock, queue, deliver, answered } = newWorld();
  queue.add(newDeliveries(500));
  let sent = 0;
  const options = {
    claim: queue.claim,
    complete: queue.complete,
    clock,
    deliver: (delivery: ClaimedDelivery) => {
      sent++;
      return deliver(delivery);
    },
  };
  const runs = await clock.during(Promise.all([1, 2, 3].map(() => dispatch(options))));
  assert.equal(runs.reduce((sum, { delivered }) => sum + delivered, 0), 500);
  assert.deepEqual([sent, answered.size, queue.size], [500, 500, 0]);
});
