import assert from "node:assert/strict";
import { type Clock, CronRunner } from "#local/cron/runner.ts";
import type { Database } from "#local/database/database.ts";
import { setLogSink } from "#shared/log.ts";
import { testStack } from "#tests/support/stack.ts";

/** A clock that stands until it is moved; whoever sleeps wakes when it is. */
class StandingClock implements Clock {
  readonly slept: number[] = [];
  #now = new Date("2026-01-01T00:00:00Z");
  #wake = Promise.withResolvers<void>();
  #asleep = Promise.withResolvers<void>();

  now = () => this.#now;

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.slept.push(milliseconds);
    signal.addEventListener("abort", () => this.#wake.resolve());
    this.#asleep.resolve();
    await this.#wake.promise;
  }

  /** Moves the time, and waits until whoever wakes up sleeps again. */
  async moveTo(text: string): Promise<void> {
    this.#now = new Date(text);
    const wake = this.#wake;
    this.#wake = Promise.withResolvers();
    this.#asleep = Promise.withResolvers();
    wake.resolve();
    await this.#asleep.promise;
  }

  /** Waits until somebody sleeps. */
  asleep = () => this.#asleep.promise;
}

async function schedule(database: Database, name: string, when: string, command?: string) {
  await database.query("select cron.schedule($1, $2, $3)", [
    name,
    when,
    command ?? `insert into public.ran (job) values ('${name}')`,
  ]);
  await database.query("update cron.job set begun_at = '2026-01-01' where jobname = $1", [name]);
}

const ran = async (database: Database) =>
  (await database.query("select job from public.ran order by at")).map(({ job }) => job);

const details = (database: Database) =>
  database.query(
    "select j.jobname, d.status, d.return_message from cron.job_run_details d left join cron.job j using (jobid) order by d.runid",
  );

async function tick(runner: CronRunner): Promise<Date | undefined> {
  const { next, begun } = await runner.tick();
  await begun;
  return next;
}

Deno.test("jobs in a database", async (t) => {
  await using stack = await testStack();
  const { database } = stack;
  await database.exec("create table public.ran (job text, at timestamptz default now())");
  const step = (name: string, fn: () => Promise<void>) =>
    t.step(name, async () => {
      // The migrations' own jobs are not the matter here.
      await database.exec("truncate cron.job, cron.job_run_details, public.ran");
      await fn();
    });

  await step("a job runs each time that it is due, and not in between", async () => {
    const clock = new StandingClock();
    const runner = new CronRunner(database, clock);
    await schedule(database, "each minute", "* * * * *");
    await schedule(database, "each 20 s", "20 seconds");

    assert.deepEqual(await tick(runner), new Date("2026-01-01T00:00:20Z"));
    assert.deepEqual(await ran(database), []);
    for (const second of ["19", "20", "39", "40", "59"]) {
      clock.moveTo(`2026-01-01T00:00:${second}Z`);
      await tick(runner);
    }
    assert.deepEqual(await ran(database), ["each 20 s", "each 20 s"]);
    clock.moveTo("2026-01-01T00:01:00.5Z");
    assert.deepEqual(await tick(runner), new Date("2026-01-01T00:01:20.5Z"));
    assert.deepEqual((await ran(database)).sort(), [
      "each 20 s",
      "each 20 s",
      "each 20 s",
      "each minute",
    ]);
  });

  await step("what was missed while the stack was off runs once", async () => {
    const clock = new StandingClock();
    await schedule(database, "daily", "5 3 * * *");
    clock.moveTo("2026-01-09T12:00:00Z");
    const next = await tick(new CronRunner(database, clock));
    assert.deepEqual(next, new Date("2026-01-10T03:05:00Z"));
    await tick(new CronRunner(database, clock));
    assert.deepEqual(await ran(database), ["daily"]);
  });

  await step("a failing job and a schedule that cannot be read stop nothing else", async () => {
    const lines: string[] = [];
    setLogSink((line) => lines.push(line));
    const clock = new StandingClock();
    const runner = new CronRunner(database, clock);
    await schedule(database, "broken", "* * * * *", "select 1 / 0");
    await schedule(database, "unreadable", "now and then");
    await schedule(database, "fine", "* * * * *");
    clock.moveTo("2026-01-01T00:01:00Z");
    await tick(runner);
    await tick(runner);
    assert.deepEqual(await ran(database), ["fine"]);
    assert.deepEqual(await details(database), [
      { jobname: "broken", status: "failed", return_message: "division by zero" },
      { jobname: "fine", status: "succeeded", return_message: "OK" },
    ]);
    assert.equal(lines.filter((line) => line.includes("not understood")).length, 1);
    assert.equal(lines.filter((line) => line.includes("cron job failed")).length, 1);
  });

  await step("a paused job does not run, an unscheduled one is gone", async () => {
    const clock = new StandingClock();
    const runner = new CronRunner(database, clock);
    await schedule(database, "paused", "* * * * *");
    await schedule(database, "gone", "* * * * *");
    await database.exec("update cron.job set active = false where jobname = 'paused'");
    await database.exec("select cron.unschedule('gone')");
    clock.moveTo("2026-01-01T00:01:00Z");
    assert.equal(await tick(runner), undefined);
    assert.deepEqual(await ran(database), []);
    await assert.rejects(database.exec("select cron.unschedule('gone')"), /could not find/);
  });

  await step("scheduling a name again replaces the job", async () => {
    await schedule(database, "one", "* * * * *");
    await schedule(database, "one", "5 * * * *", "select 2");
    const jobs = await database.query("select schedule, command from cron.job");
    assert.deepEqual(jobs, [{ schedule: "5 * * * *", command: "select 2" }]);
  });

  await step(
    "the runner sleeps until something is due, says what a kill cut off, and stops",
    async () => {
      const clock = new StandingClock();
      await schedule(database, "soon", "3 seconds");
      await database.exec(
        "insert into cron.job_run_details (jobid, status) values (null, 'running')",
      );
      const runner = new CronRunner(database, clock);
      runner.start();
      await clock.asleep();
      assert.deepEqual(clock.slept, [3000]);
      await clock.moveTo("2026-01-01T00:00:03Z");
      await runner.close();
      assert.deepEqual(await ran(database), ["soon"]);
      assert.deepEqual(await details(database), [
        { jobname: null, status: "failed", return_message: "server restarted" },
        { jobname: "soon", status: "succeeded", return_message: "OK" },
      ]);
    },
  );
});

Deno.test("a job that is still running is not begun again", async () => {
  const clock = new StandingClock();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const job = {
    jobid: "1",
    name: "slow",
    schedule: "1 second",
    command: "slow",
    begun_at: clock.now(),
  };
  const database: Database = {
    kind: "embedded",
    query: (text) =>
      Promise.resolve(text.includes("from cron.job where") ? [job] : [{ runid: "1" }]),
    exec() {
      runs += 1;
      return gate.promise;
    },
    transaction: () => Promise.reject(new Error("No transaction is expected")),
  };
  const runner = new CronRunner(database, clock);
  clock.moveTo("2026-01-01T00:01:00Z");
  const first = await runner.tick();
  const second = await runner.tick();
  await second.begun;
  assert.equal(runs, 1);
  gate.resolve();
  await first.begun;
  await tick(runner);
  assert.equal(runs, 2);
  await runner.close();
});

Deno.test("a database that is down stops the runner no more than a job", async () => {
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  const down = () => Promise.reject(new Error("The database is down"));
  const clock = new StandingClock();
  const database: Database = { kind: "embedded", query: down, exec: down, transaction: down };
  const runner = new CronRunner(database, clock);
  runner.start();
  await clock.asleep();
  await clock.moveTo("2026-01-01T00:00:05Z");
  await runner.close();
  setLogSink(undefined);
  assert.equal(lines.filter((line) => line.includes("cron tick failed")).length, 2);
});
