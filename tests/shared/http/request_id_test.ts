import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp } from "#tests/support/sample_app.ts";

const app = createSampleApp();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function idFor(sent: string | undefined, path = "/sample/fail") {
  setEnvironment(TEST_ENVIRONMENT);
  using log = captureLog();
  const headers = sent === undefined ? {} : { "x-request-id": sent };
  const response = await app.request(path, { headers });
  await response.body?.cancel();
  const id = response.headers.get("x-request-id");
  assert.equal(log.lines.at(-1)?.request_id, id, "The log has the id of the reply");
  return id;
}

Deno.test("a request gets an id of its own", async () => {
  const ids = [await idFor(undefined), await idFor(undefined)];
  assert.notEqual(ids[0], ids[1]);
  for (const id of ids) assert.match(id ?? "", UUID);
});

Deno.test("a caller's id is kept, on success and on failure", async () => {
  for (const path of ["/sample/fail", "/sample/nothing", "/elsewhere"]) {
    assert.equal(await idFor("trace-01.a_b=", path), "trace-01.a_b=");
  }
});

Deno.test("an id that could do harm in a header or a log is replaced", async () => {
  for (
    const id of [
      "",
      "a b",
      'a"b',
      "ü",
      "a".repeat(129),
      "vx_3kTMd8GhW2zQpLr7YvNcXfB1sJ4uEa9oH0iRxS",
      "15550100123",
    ]
  ) assert.match(await idFor(id) ?? "", UUID, id);
});
