import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { log, setLogSink } from "#shared/log.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";

Deno.test("a log line is one line of JSON with its time, level, event and fields", () => {
  setEnvironment(TEST_ENVIRONMENT);
  using captured = captureLog();
  log.info("two\nlines", { count: 2, nested: { ok: true } });
  const [line] = captured.lines;
  assert.equal(captured.text[0]?.includes("\n"), false);
  assert.deepEqual({ ...line, time: "" }, {
    time: "",
    level: "info",
    event: "two\nlines",
    count: 2,
    nested: { ok: true },
  });
  assert.match(line?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

Deno.test("a log line contains no secret, in its event or its fields", () => {
  setEnvironment(TEST_ENVIRONMENT);
  using captured = captureLog();
  log.error("sb_secret_abcdefgh was sent", { headers: { apikey: "x" }, from: "+15550100123" });
  assert.deepEqual(captured.lines.map(({ event, headers, from }) => ({ event, headers, from })), [{
    event: "[redacted] was sent",
    headers: { apikey: "[redacted]" },
    from: "***23",
  }]);
});

Deno.test("lines below the configured level are not written", () => {
  using captured = captureLog();
  setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_LOG_LEVEL: "warn" });
  log.debug("1");
  log.info("2");
  log.warn("3");
  log.error("4");
  setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_LOG_LEVEL: "debug" });
  log.debug("5");
  assert.deepEqual(captured.lines.map(({ event }) => event), ["3", "4", "5"]);
});

Deno.test("an environment that cannot be read is no reason not to log", () => {
  using captured = captureLog();
  setEnvironment({});
  log.info("still here");
  assert.equal(captured.lines[0]?.event, "still here");
});

Deno.test("logging never throws, whatever is logged and wherever it goes", () => {
  setEnvironment(TEST_ENVIRONMENT);
  const console_ = console.error;
  const written: unknown[] = [];
  console.error = (line: unknown) => written.push(line);
  try {
    setLogSink(() => {
      throw new Error("The disk is full");
    });
    log.error("lost");
    setLogSink(undefined);
    log.error("a getter", {
      get trap(): string {
        throw new Error("Sprung");
      },
    });
  } finally {
    console.error = console_;
    setLogSink(undefined);
  }
  assert.equal(written.length, 2);
  for (const line of written) {
    assert.match(String(line), /"event":"a log line could not be written"/);
  }
});
