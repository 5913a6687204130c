import assert from "node:assert/strict";
import { request } from "node:http";
import { setEnvironment } from "#shared/env.ts";
import { DEFAULT_BODY_LIMIT } from "#shared/http/body_limit.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp, SAVE } from "#tests/support/sample_app.ts";

const app = createSampleApp();
/** The limit that the sample app's echo sets for itself. */
const ECHO_LIMIT = 1024;

/** A body that comes in pieces, without a length, and tells how much of it was taken. */
function stream(pieces: number, pieceLength: number) {
  const taken = { pieces: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (taken.pieces === pieces) return controller.close();
      taken.pieces++;
      controller.enqueue(new Uint8Array(pieceLength).fill(0x61));
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  return { body, taken };
}

async function echo(body: BodyInit, headers: Record<string, string> = {}) {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const response = await app.request("/sample/echo", { method: "POST", body, headers });
  return { status: response.status, text: await response.text() };
}

Deno.test("a body of exactly the limit reaches the handler whole", async () => {
  const body = "é".repeat(ECHO_LIMIT / 2);
  assert.deepEqual(await echo(body), { status: 200, text: body });
  const pieces = stream(16, ECHO_LIMIT / 16);
  assert.deepEqual(await echo(pieces.body), { status: 200, text: "a".repeat(ECHO_LIMIT) });
});

Deno.test("a body of one byte more answers 413", async () => {
  const { status, text } = await echo("a".repeat(ECHO_LIMIT + 1));
  assert.equal(status, 413);
  assert.equal(JSON.parse(text).code, "payload_too_large");
});

Deno.test("a body without a length is counted as it comes and not read to its end", async () => {
  const { body, taken } = stream(1_000_000, 512);
  assert.equal((await echo(body)).status, 413);
  assert(taken.pieces < 10, `${taken.pieces} pieces were taken`);
  assert.equal(taken.cancelled, true);
});

Deno.test("a length that is too small does not let a larger body in", async () => {
  const { body } = stream(10, 512);
  assert.equal((await echo(body, { "content-length": "1" })).status, 413);
  assert.equal((await echo("a".repeat(2048), { "content-length": "nonsense" })).status, 413);
});

Deno.test("a length that is too large is refused before the body is read", async () => {
  const { body, taken } = stream(10, 1);
  assert.equal((await echo(body, { "content-length": "1000000" })).status, 413);
  assert(taken.pieces <= 1);
  assert.equal(taken.cancelled, true);
});

Deno.test("a body that breaks off answers 400", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new TypeError("The connection was reset"));
    },
  });
  const { status, text } = await echo(body);
  assert.deepEqual([status, JSON.parse(text).code], [400, "invalid_request"]);
});

Deno.test("routes that name no limit take 256 KiB, known or not", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  for (const path of [SAVE.path, "/sample/nothing"]) {
    const within = new Uint8Array(DEFAULT_BODY_LIMIT);
    const beyond = new Uint8Array(DEFAULT_BODY_LIMIT + 1);
    const statuses = [];
    for (const body of [within, beyond]) {
      const response = await app.request(path, { method: "POST", body });
      statuses.push(response.status);
      await response.body?.cancel();
    }
    assert.notEqual(statuses[0], 413);
    assert.equal(statuses[1], 413);
  }
});

Deno.test("a client that is still sending over a connection reads the answer", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  const post = (bytes: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = server.addr;
      const sent = request({ port, path: "/sample/echo", method: "POST" }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode));
      });
      sent.on("error", reject);
      sent.end(new Uint8Array(bytes));
    });
  try {
    assert.equal(await post(1_000_000), 413);
    assert.equal(await post(10), 200);
  } finally {
    await server.shutdown();
  }
});
