import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { setLogSink } from "#shared/log.ts";
import { kickJobs } from "#shared/jobs/kick.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { CRON_KEY, environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";

/** A stand-in for the dispatcher that answers when it is told to. */
function startDispatcher() {
  const arrivals: { path: string; key: string | null; answer: (status: number) => void }[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    arrivals.push({
      path: `${request.method} ${new URL(request.url).pathname}`,
      key: request.headers.get("apikey"),
      answer: (status) => resolve(new Response("{}", { status })),
    });
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
    return promise;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    arrivals,
    async next() {
      if (arrivals.length === 0) await arrived.promise;
      return arrivals.shift() ?? assert.fail("Nothing arrived");
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The level and event of what is logged from now on, line by line. */
function capturingEvents() {
  const { readable, writable } = new TransformStream<[string, string]>();
  const writer = writable.getWriter();
  setLogSink((line, level) => void writer.write([level, JSON.parse(line).event]));
  const reader = readable.getReader();
  return { next: async () => (await reader.read()).value };
}

Deno.test("kickDispatch calls the dispatcher with the schedules' key, once for all that come meanwhile", async () => {
  await using dispatcher = startDispatcher();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: dispatcher.url });
  kickDispatch();
  const first = await dispatcher.next();
  assert.deepEqual(
    [first.path, first.key],
    ["POST /functions/v1/webhook-dispatch", CRON_KEY],
  );
  for (let n = 0; n < 100; n++) kickDispatch();
  first.answer(200);
  const second = await dispatcher.next();
  second.answer(200);
  // Only when the second is over could a third one follow: it comes if it is asked for, and alone.
  kickDispatch();
  (await dispatcher.next()).answer(200);
  assert.deepEqual(dispatcher.arrivals, []);
});

Deno.test("a dispatch that takes long does not hold up the next kick, until four are under way", async () => {
  await using dispatcher = startDispatcher();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: dispatcher.url });
  const held = [];
  for (let n = 0; n < 4; n++) {
    kickDispatch();
    held.push(await dispatcher.next());
  }
  kickDispatch();
  // For much longer than a kick waits for the one before, nothing arrives but what is asked here.
  for (const start = performance.now(); performance.now() < start + 300;) {
    const other = fetch(`${dispatcher.url}/other`);
    const { path, answer } = await dispatcher.next();
    assert.equal(path, "GET /other");
    answer(200);
    await (await other).body?.cancel();
  }
  held.shift()?.answer(200);
  held.push(await dispatcher.next());
  for (const { answer } of held) answer(200);
});

Deno.test("a kick that is refused or gets no answer is told to the debug log alone, and the next one goes", async () => {
  await using dispatcher = startDispatcher();
  const told = capturingEvents();
  const at = (SUPABASE_URL: string) =>
    setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL, SWITCHBOARD_LOG_LEVEL: "debug" });
  at(dispatcher.url);
  kickDispatch();
  const refused = await dispatcher.next();
  at("http://127.0.0.1:1");
  kickDispatch();
  refused.answer(503);
  assert.deepEqual(await told.next(), ["debug", "a kick was refused"]);
  assert.deepEqual(await told.next(), ["debug", "a kick failed"]);
  at(dispatcher.url);
  kickDispatch();
  (await dispatcher.next()).answer(200);
  setLogSink(undefined);
});

Deno.test("nothing is kicked where that is switched off, jobs are paused, or schedules have no key", async () => {
  await using dispatcher = startDispatcher();
  const SUPABASE_SECRET_KEYS = JSON.stringify({ default: "sb_secret_test_operator" });
  setEnvironment({
    ...TEST_ENVIRONMENT,
    SUPABASE_URL: dispatcher.url,
    SWITCHBOARD_DISPATCH_KICK: "false",
  });
  kickDispatch();
  setEnvironment({
    ...TEST_ENVIRONMENT,
    SUPABASE_URL: dispatcher.url,
    SWITCHBOARD_JOBS_PAUSED: "true",
  });
  kickDispatch();
  kickJobs();
  setEnvironment({
    ...environmentWithout("SUPABASE_SECRET_KEYS"),
    SUPABASE_URL: dispatcher.url,
    SUPABASE_SECRET_KEYS,
  });
  kickDispatch();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: dispatcher.url });
  kickDispatch();
  (await dispatcher.next()).answer(200);
  assert.deepEqual(dispatcher.arrivals, []);
});
