import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { noteFailure, noteInLog } from "#shared/http/access_log.ts";
import { createApp } from "#shared/http/app.ts";
import { Problem } from "#shared/http/problem.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp, SAVE } from "#tests/support/sample_app.ts";

/** The lines of one request; the environment's own lines are not of interest here. */
async function linesOf(app: ReturnType<typeof createApp>, path: string, init: RequestInit = {}) {
  setEnvironment(TEST_ENVIRONMENT);
  using log = captureLog();
  const response = await app.request(path, init);
  await response.body?.cancel();
  return log.lines;
}

Deno.test("a request is one line with its operation, status, duration and id", async () => {
  const lines = await linesOf(createSampleApp(), "/sample/fail", {
    headers: { "x-request-id": "r1" },
  });
  assert.equal(lines.length, 1);
  const [{ time, duration_ms, ...line } = { time: "", duration_ms: null }] = lines;
  assert.match(time, /Z$/);
  assert(typeof duration_ms === "number" && duration_ms >= 0);
  assert.deepEqual(line, {
    level: "info",
    event: "request",
    function: "sample",
    operation: "sample.fail",
    method: "GET",
    status: 204,
    request_id: "r1",
  });
});

Deno.test("a refused request is one line with its code, whoever refused it", async () => {
  const app = createSampleApp();
  const refused: [string, RequestInit, string][] = [
    [SAVE.path, { method: "POST" }, "unauthenticated"],
    [SAVE.path, { method: "PUT" }, "method_not_allowed"],
    ["/sample/nothing", {}, "not_found"],
    ["/elsewhere", {}, "not_found"],
    ["/sample/echo", { method: "POST", body: "x".repeat(2000) }, "payload_too_large"],
  ];
  for (const [path, init, expected] of refused) {
    const lines = await linesOf(app, path, init);
    assert.deepEqual(lines.map(({ level, code }) => [level, code]), [["info", expected]], path);
  }
});

Deno.test("why a token or a statement was refused stands in the line as the code of its cause", async () => {
  const cause = Object.assign(new Error('invalid input syntax: "what was sent"'), {
    code: "22P02",
  });
  const app = createSampleApp({
    fail: () => {
      throw new Problem("validation_failed", undefined, { cause });
    },
  });
  const [line] = await linesOf(app, "/sample/fail");
  assert.deepEqual([line?.level, line?.reason, line?.cause], ["info", "22P02", undefined]);
});

Deno.test("the path stands in the line only where no operation does, and without its query", async () => {
  const [unknown] = await linesOf(createSampleApp(), "/sample/nothing?token=secret");
  assert.equal(unknown?.path, "/sample/nothing");
  const [known] = await linesOf(createSampleApp(), "/sample/fail?token=secret");
  assert.equal(known?.path, undefined);
  assert.equal(JSON.stringify([known, unknown]).includes("secret"), false);
});

Deno.test("a failure of ours is an error with its cause, without the secrets in it", async () => {
  const cause = new Error("Could not call +15550100123 with sb_secret_abcdefgh");
  const app = createSampleApp({
    fail: () => {
      throw new Problem("database_unavailable", undefined, { cause });
    },
  });
  const [line] = await linesOf(app, "/sample/fail");
  assert.deepEqual([line?.level, line?.status, line?.code], ["error", 503, "database_unavailable"]);
  assert.match(JSON.stringify(line?.cause), /Could not call \*\*\*23 with \[redacted\]/);
});

Deno.test("a handler adds fields to the line of its request, and to no other", async () => {
  const app = createApp("noted");
  app.get("/call", (c) => {
    noteInLog(c, { call_id: "CA1" });
    noteInLog(c, { step: 2, token: "hidden" });
    return c.body(null, 204);
  });
  const [line] = await linesOf(app, "/noted/call");
  assert.deepEqual([line?.call_id, line?.step, line?.token], ["CA1", 2, "[redacted]"]);
  const [other] = await linesOf(app, "/noted/other");
  assert.equal(other?.call_id, undefined);
});

Deno.test("a failure that is answered with an apology is an error in the log all the same", async () => {
  const app = createApp("noted");
  app.get("/sorry", (c) => {
    noteFailure(c, new Error("The database is down"));
    return c.text("<Response><Say>Sorry</Say></Response>");
  });
  const [line] = await linesOf(app, "/noted/sorry");
  assert.deepEqual([line?.level, line?.status, line?.code], ["error", 200, "internal_error"]);
  assert.match(JSON.stringify(line?.cause), /The database is down/);
});
