import assert from "node:assert/strict";
import { Problem } from "#shared/http/problem.ts";
import { type ClaimedJob, type JobKind, LostJob, type Outcome } from "#shared/jobs/job.ts";
import type { JobQueue } from "#shared/jobs/queue.ts";
import { runJobs } from "#shared/jobs/run.ts";
import { captureLog } from "#tests/support/log_lines.ts";

const JOB: ClaimedJob = {
  id: "1",
  user_id: "u",
  kind: "test.kind",
  progress: {},
  attempts: 0,
  fence: 1,
};

/** A queue that gives out jobs in turn, and notes what becomes of them. */
class FakeQueue implements JobQueue {
  readonly calls: unknown[] = [];
  isLost = false;

  constructor(private readonly jobs: ClaimedJob[]) {}

  claim = () => Promise.resolve(this.jobs.shift() ?? null);
  save = (_: ClaimedJob, progress: unknown) => this.#note("save", progress);
  release = (_: ClaimedJob, end: unknown) => this.#note("release", end);
  fail = (_: ClaimedJob, error: string, final: boolean) => this.#note("fail", error, final);

  #note(...call: unknown[]): Promise<boolean> {
    this.calls.push(call);
    return Promise.resolve(!this.isLost);
  }
}

function kindOf(run: JobKind["run"], maxAttempts = 3): ReadonlyMap<string, JobKind> {
  return new Map([["test.kind", { maxAttempts, run }]]);
}

/** A clock that goes on by a second each time it is looked at. */
function ticking(seconds = 1) {
  let now = 0;
  return { now: () => now += seconds * 1000 };
}

Deno.test("a run takes up what is due until nothing is, and keeps what becomes of it", async () => {
  using _log = captureLog();
  const queue = new FakeQueue([JOB, JOB, JOB]);
  const outcomes: Outcome[] = [
    { state: "queued", progress: { n: 1 } },
    { state: "queued", progress: { n: 2 }, waitSeconds: 60 },
    { state: "done", progress: { n: 3 } },
  ];
  const kinds = kindOf(() => Promise.resolve(outcomes.shift() ?? assert.fail()));
  const ran = await runJobs({ queue, kinds, clock: { now: () => 0 } });
  assert.deepEqual(ran, { slices: 3, done: 1, failed: 0, lost: 0 });
  assert.deepEqual(queue.calls, [
    ["release", { state: "queued", progress: { n: 1 }, waitSeconds: 0 }],
    ["release", { state: "queued", progress: { n: 2 }, waitSeconds: 60 }],
    ["release", { state: "done", progress: { n: 3 }, waitSeconds: 0 }],
  ]);
});

Deno.test("a slice and a run have an end", async () => {
  using _log = captureLog();
  const queue = new FakeQueue(Array.from({ length: 1000 }, () => JOB));
  let looks = 0;
  const kinds = kindOf((_, slice) => {
    while (slice.hasTime()) looks++;
    return Promise.resolve({ state: "queued", progress: {} });
  });
  const { slices } = await runJobs({ queue, kinds, clock: ticking() });
  assert.ok(slices > 1 && slices < 40, String(slices));
  assert.ok(looks / slices < 6);
});

Deno.test("a failure is kept by its code and what it is about, and is final at the last attempt", async () => {
  using log = captureLog();
  const errors = [{ path: "public.unknown", message: "secret" }];
  const queue = new FakeQueue([JOB, { ...JOB, attempts: 2 }, { ...JOB, kind: "test.unknown" }]);
  const kinds = kindOf(() => Promise.reject(new Problem("internal_error", "secret", { errors })));
  const ran = await runJobs({ queue, kinds, clock: { now: () => 0 } });
  assert.deepEqual(ran, { slices: 3, done: 0, failed: 3, lost: 0 });
  assert.deepEqual(queue.calls, [
    ["fail", "internal_error public.unknown", false],
    ["fail", "internal_error public.unknown", true],
    ["fail", "Error", true],
  ]);
  assert.ok(log.lines.length === 3);
});

Deno.test("a job whose workers were lost too often is given up without another try, unless it must be done", async () => {
  using _log = captureLog();
  const lost = { ...JOB, attempts: 3 };
  let tries = 0;
  const run = () => {
    tries++;
    return Promise.resolve<Outcome>({ state: "done", progress: {} });
  };
  const queue = new FakeQueue([lost]);
  await runJobs({ queue, kinds: kindOf(run), clock: { now: () => 0 } });
  assert.deepEqual([tries, queue.calls], [0, [["fail", "Error", true]]]);
  const other = new FakeQueue([lost]);
  await runJobs({ queue: other, kinds: kindOf(run, Infinity), clock: { now: () => 0 } });
  assert.equal(tries, 1);
});

Deno.test("a job that another worker has taken over is left alone", async () => {
  using _log = captureLog();
  const queue = new FakeQueue([JOB, JOB]);
  queue.isLost = true;
  let after = false;
  const kinds = kindOf(async (_, slice) => {
    await assert.rejects(slice.save({ n: 1 }), LostJob);
    await slice.save({ n: 1 });
    after = true;
    return { state: "done", progress: {} };
  });
  const ran = await runJobs({ queue, kinds, clock: { now: () => 0 } });
  assert.deepEqual([ran.lost, ran.failed, after], [2, 0, false]);
});

Deno.test("a job that leaves something behind is given up in a slice of its own, again and again until that is gone", async () => {
  using _log = captureLog();
  const progress = { n: 1 };
  const givenUp = { ...JOB, progress: { ...progress, given_up: "not_configured a" } };
  const [tooOften, stillThere] = [{ ...JOB, progress, attempts: 2 }, { ...givenUp, attempts: 9 }];
  const queue = new FakeQueue([tooOften, { ...JOB, attempts: 3 }, stillThere, givenUp]);
  const cleared: unknown[] = [];
  const kind: JobKind = {
    maxAttempts: 3,
    run: () => Promise.reject(new Problem("not_configured")),
    clearAway: (job) => {
      cleared.push(job);
      return job === stillThere ? Promise.reject(new Error("still there")) : Promise.resolve();
    },
  };
  const kinds = new Map([["test.kind", kind]]);
  const ran = await runJobs({ queue, kinds, clock: { now: () => 0 } });
  assert.deepEqual(ran, { slices: 4, done: 1, failed: 3, lost: 0 });
  assert.deepEqual(cleared, [stillThere, givenUp]);
  const waiting = { state: "queued", waitSeconds: 150 };
  assert.deepEqual(queue.calls, [
    ["release", { ...waiting, progress: { n: 1, given_up: "not_configured" } }],
    ["release", { ...waiting, progress: { given_up: "Error" } }],
    ["fail", "Error", false],
    ["fail", "not_configured a", true],
  ]);
});
