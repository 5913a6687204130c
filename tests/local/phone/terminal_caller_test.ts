import assert from "node:assert/strict";
import { terminalCaller, type TerminalOptions } from "#local/phone/mod.ts";

const FIRST = { seconds: 5, first: true };
const NEXT = { seconds: 5, first: false };

/** A keyboard to type on, and a clock that passes only when told to. */
function terminal(options: TerminalOptions = {}) {
  const pipe = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 100,
  });
  const writer = pipe.writable.getWriter();
  const raw: boolean[] = [];
  const heard: string[] = [];
  const waits: number[] = [];
  let time = 0;
  let pass = () => {};
  const caller = terminalCaller({ readable: pipe.readable, setRaw: (on) => raw.push(on) }, {
    onKey: (key) => heard.push(key),
    now: () => time,
    sleep: (milliseconds, signal) => {
      waits.push(milliseconds);
      const { promise, resolve } = Promise.withResolvers<void>();
      pass = () => {
        time += milliseconds;
        resolve();
      };
      signal.addEventListener("abort", () => resolve(), { once: true });
      return promise;
    },
    ...options,
  });
  /** Types, and lets the caller read it. */
  async function type(text: string) {
    await writer.write(new TextEncoder().encode(text));
    await settled();
  }
  return {
    caller,
    raw,
    heard,
    waits,
    type,
    end: () => writer.close(),
    passTime: () => pass(),
    tick: (milliseconds: number) => time += milliseconds,
  };
}

/** Lets everything that can go on without time go on. */
async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

Deno.test("a key pressed in time is heard and shown", async () => {
  const { caller, type, heard, waits } = terminal();
  const press = caller.press(FIRST);
  await type("2");
  assert.deepEqual(await press, { did: "key", key: "2" });
  assert.deepEqual(heard, ["2"]);
  assert.deepEqual(waits, [5000]);
  await caller.close();
});

Deno.test("no key in time is silence", async () => {
  const { caller, passTime } = terminal();
  const press = caller.press(FIRST);
  passTime();
  assert.deepEqual(await press, { did: "silence" });
  await caller.close();
});

Deno.test("keys typed fast within one gather are all heard", async () => {
  const { caller, type } = terminal();
  const first = caller.press(FIRST);
  await type("12#");
  assert.deepEqual(await first, { did: "key", key: "1" });
  assert.deepEqual(await caller.press(NEXT), { did: "key", key: "2" });
  assert.deepEqual(await caller.press(NEXT), { did: "key", key: "#" });
  await caller.close();
});

Deno.test("keys typed while nothing listens are lost", async () => {
  const { caller, type, passTime } = terminal();
  await type("9");
  const press = caller.press(FIRST);
  passTime();
  assert.deepEqual(await press, { did: "silence" });
  await caller.close();
});

Deno.test("what is no key of a telephone does not end the wait", async () => {
  const { caller, type } = terminal();
  const press = caller.press(FIRST);
  for (const text of ["x", " ", "\x1b[A", "\x1bOD", "é", "\r"]) await type(text);
  await type("5");
  assert.deepEqual(await press, { did: "key", key: "5" });
  const fourth = caller.press(FIRST);
  await type("d");
  assert.deepEqual(await fourth, { did: "key", key: "D" });
  await caller.close();
});

Deno.test("h, Ctrl-C, Ctrl-D and the end of input hang up", async () => {
  for (const text of ["h", "H", "\x03", "\x04"]) {
    const { caller, type } = terminal();
    const press = caller.press(FIRST);
    await type(text);
    assert.deepEqual(await press, { did: "hangup" });
    await caller.close();
  }
  const { caller, end } = terminal();
  const press = caller.press(FIRST);
  await end();
  assert.deepEqual(await press, { did: "hangup" });
  await caller.close();
});

Deno.test("a caller who hung up while nothing listened is gone at the next wait", async () => {
  const { caller, type } = terminal();
  await type("h");
  assert.deepEqual(await caller.press(FIRST), { did: "hangup" });
  await caller.close();
});

Deno.test("a pause is waited out whatever is pressed, but not after hanging up", async () => {
  const { caller, type, passTime, waits } = terminal();
  const pause = caller.hold(3);
  await type("1");
  passTime();
  assert.equal(await pause, false);
  assert.equal(waits[0], 3000);
  const second = caller.hold(3);
  await type("h");
  assert.equal(await second, true);
  await caller.close();
});

Deno.test("a recording ends with one of its keys and lasts as long as it took", async () => {
  const hints: string[] = [];
  const { caller, type, tick } = terminal({ onHint: (hint) => hints.push(hint) });
  const recording = caller.speak({ maxSeconds: 60, finishOnKey: "#" });
  await type("1");
  tick(4000);
  await type("#");
  assert.deepEqual(await recording, { seconds: 4, digits: "#" });
  assert.deepEqual(hints, ["recording; # ends it"]);
  await caller.close();
});

Deno.test("a recording ends by hanging up, or by itself", async () => {
  const one = terminal();
  const hung = one.caller.speak({ maxSeconds: 60, finishOnKey: "" });
  one.tick(2000);
  await one.type("h");
  assert.deepEqual(await hung, { seconds: 2, digits: "hangup" });
  await one.caller.close();
  const two = terminal();
  const left = two.caller.speak({ maxSeconds: 10, finishOnKey: "#" });
  two.passTime();
  assert.deepEqual(await left, { seconds: 10, digits: "" });
  await two.caller.close();
});

Deno.test("the terminal is taken raw and given back", async () => {
  const { caller, raw } = terminal();
  assert.deepEqual(raw, [true]);
  await caller.close();
  assert.deepEqual(raw, [true, false]);
});
