import assert from "node:assert/strict";
import { backgroundSettled, inBackground, keepAliveFor } from "#shared/http/background.ts";
import { captureLog } from "#tests/support/log_lines.ts";

Deno.test("Work in the background is waited for, and one that fails is told of in the log", async () => {
  using log = captureLog();
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  inBackground("the first", promise.then(() => void done.push("first")));
  inBackground("the second", Promise.reject(new Error("No luck")));
  resolve();
  await backgroundSettled();
  assert.deepEqual(done, ["first"]);
  assert.deepEqual(log.lines.map(({ level, event }) => [level, event]), [
    ["error", "the second failed"],
  ]);
});

Deno.test("The hosted runtime is asked to stay for what goes on after the answer", () => {
  const kept: unknown[] = [];
  Object.assign(globalThis, { EdgeRuntime: { waitUntil: (work: unknown) => kept.push(work) } });
  try {
    const work = Promise.resolve();
    keepAliveFor(work);
    assert.deepEqual(kept, [work]);
  } finally {
    Reflect.deleteProperty(globalThis, "EdgeRuntime");
  }
});
