import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { setImmediate } from "node:timers/promises";
import { buildConnector } from "undici";
import { type ClientOptions, WebhookClient } from "#shared/webhooks/client.ts";
import { heedsGuard, isGuardHeeded } from "#shared/webhooks/client_check.ts";
import { parseDestination } from "#shared/webhooks/destination.ts";
import type { FaultCode } from "#shared/webhooks/fault.ts";
import type { Answer } from "#shared/webhooks/judgement.ts";
import { resolveDestination } from "#shared/webhooks/resolve.ts";
import { newAuthority, newCertificate } from "#tests/support/certificates.ts";
import {
  answers,
  answersWith,
  ANY_RUNTIME,
  type Behaviour,
  readToEnd,
  startReceiver,
  writeAll,
} from "#tests/support/receivers.ts";

/** Short, so that a receiver that hangs does not hold the suite up. */
const DEADLINE_MS = 300;
const MAX_LATE_MS = 2_000;

const AUTHORITY = newAuthority();
const HERE = () => Promise.resolve(["127.0.0.1"]);
const BODY = '{"type":"test.ping"}';

function newClient(options: Partial<ClientOptions> = {}): WebhookClient {
  return new WebhookClient({
    allowLoopback: true,
    resolve: HERE,
    ca: AUTHORITY.cert,
    deadlineMs: 10_000,
    ...options,
  });
}

function send(client: WebhookClient, url: string, headers = {}): Promise<Answer> {
  return client.send({ url, headers, body: BODY });
}

/** What an answer is called, without anything that would show where it came from. */
function faultOf(answer: Answer): FaultCode | undefined {
  assert.doesNotMatch(String(answer.fault), /secret|127\.0|::1|\/in/);
  return answer.fault?.code;
}

Deno.test("a request is sent as it is given, and its answer read", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(answersWith(202, "thanks", { "Retry-After": "7" }));
  await using client = newClient();
  const answer = await send(client, receiver.url, { "x-tenant": "one" });
  assert.deepEqual(answer, {
    status: 202,
    retryAfter: "7",
    instruction: undefined,
    body: "thanks",
    fault: undefined,
  });
  const [request] = receiver.requests;
  assert.equal(request?.body, BODY);
  assert.equal(request?.headers.host, `localhost:${receiver.port}`);
  assert.equal(request?.headers["x-tenant"], "one");
});

Deno.test(
  "a connection is kept for the next request to the same endpoint",
  ANY_RUNTIME,
  async () => {
    const behaviour: Behaviour = async (connection) => {
      const ok = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      await writeAll(connection, ok);
      await connection.read(new Uint8Array(65_536));
      await writeAll(connection, ok);
    };
    await using receiver = startReceiver(behaviour);
    let asked = 0;
    await using client = newClient({
      resolve: () => {
        asked++;
        return HERE();
      },
    });
    assert.equal((await send(client, receiver.url)).body, "ok");
    // A connection is free one turn of the event loop after its answer.
    await setImmediate();
    assert.equal((await send(client, receiver.url)).body, "ok");
    assert.deepEqual([receiver.connections, asked], [1, 1]);
  },
);

/** Answers every request of a connection. */
const answersEach: Behaviour = async (connection) => {
  const ok = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  const buffer = new Uint8Array(65_536);
  do await writeAll(connection, ok); while (await connection.read(buffer) !== null);
};

Deno.test(
  "connections in steady use are replaced when they are old, and nothing else happens",
  ANY_RUNTIME,
  async () => {
    for (const atOnce of [1, 3]) {
      await using receiver = startReceiver(answersEach);
      await using client = newClient({ connectionMs: 20 });
      const wanted = 10 * atOnce;
      for (let n = 0; n < 10_000 && receiver.connections < wanted; n++) {
        const sent = Array.from({ length: atOnce }, () => send(client, receiver.url));
        for (const answer of await Promise.all(sent)) {
          assert.deepEqual([answer.body, faultOf(answer)], ["ok", undefined]);
        }
        await setImmediate();
      }
      assert.ok(receiver.connections >= wanted);
    }
  },
);

Deno.test(
  "what is under way on a connection that is too old is finished",
  ANY_RUNTIME,
  async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    await using slow = startReceiver(async (...given) => {
      asked();
      await mayAnswer;
      await answersWith(200, "late")(...given);
    });
    await using quick = startReceiver(answersWith(200, "ok"));
    await using client = newClient({ connectionMs: 0 });
    const late = send(client, slow.url);
    await isAsked;
    for (let n = 0; n < 3; n++) assert.equal((await send(client, quick.url)).body, "ok");
    answer();
    assert.equal((await late).body, "late");
  },
);

Deno.test(
  "closing a client ends what is under way, old connections or new",
  ANY_RUNTIME,
  async () => {
    for (const connectionMs of [0, 60_000]) {
      const { promise: areAsked, resolve } = Promise.withResolvers<void>();
      await using receiver = startReceiver(async (connection) => {
        if (receiver.requests.length === 3) resolve();
        await readToEnd(connection);
      });
      const client = newClient({ connectionMs });
      const sent = [1, 2, 3].map(() => send(client, receiver.url));
      await areAsked;
      await client[Symbol.asyncDispose]();
      sent.push(send(client, receiver.url));
      for (const answer of await Promise.all(sent)) {
        assert.equal(
          faultOf(answer),
          "connection_lost",
        );
      }
    }
  },
);

Deno.test(
  "a certificate is checked against the name, though the connection goes to an address",
  ANY_RUNTIME,
  async (t) => {
    const good = newCertificate({ authority: AUTHORITY });
    const bad = {
      "one of another host": newCertificate({ authority: AUTHORITY, host: "other.example.com" }),
      "one that has expired": newCertificate({ authority: AUTHORITY, expired: true }),
      "one that nobody vouches for": newCertificate({ authority: newAuthority() }),
      "one that vouches for itself": newCertificate(),
    };
    await t.step("a good one is taken", async () => {
      await using receiver = startReceiver(answersWith(200, "ok"), good);
      await using client = newClient();
      assert.equal((await send(client, receiver.url)).body, "ok");
    });
    for (const [name, certificate] of Object.entries(bad)) {
      await t.step(`${name} is refused`, async () => {
        await using receiver = startReceiver(answersWith(200, "ok"), certificate);
        await using client = newClient();
        assert.equal(faultOf(await send(client, receiver.url)), "certificate_refused");
        assert.deepEqual(receiver.requests, []);
      });
    }
  },
);

const HEAD = "HTTP/1.1 200 OK\r\n";
const MEGABYTE = new Uint8Array(1024 * 1024).fill(120);

/** Sends one byte after another, slowly, for ever. */
function drips(text: string): Behaviour {
  return async (connection) => {
    await writeAll(connection, new TextEncoder().encode(text));
    const timer = setInterval(
      () => void connection.write(MEGABYTE.subarray(0, 1)).catch(() => {}),
      20,
    );
    await readToEnd(connection).catch(() => {});
    clearInterval(timer);
  };
}

const floods: Behaviour = async (connection) => {
  await answers(`${HEAD}content-length: ${200 * MEGABYTE.byteLength}\r\n\r\n`)(
    connection,
    { headers: {}, body: "" },
  );
  for (let n = 0; n < 200; n++) await writeAll(connection, MEGABYTE);
};

const MISBEHAVIOUR: Readonly<Record<string, readonly [Behaviour, FaultCode, number | null]>> = {
  "takes the request and says nothing": [readToEnd, "timed_out", null],
  "drips its head": [drips(`${HEAD}x-slow: `), "timed_out", null],
  "drips its body": [drips(`${HEAD}content-length: 1000000\r\n\r\n`), "timed_out", 200],
  "stops in the middle of its body": [
    answers(`${HEAD}content-length: 10\r\n\r\nhalf`),
    "connection_lost",
    200,
  ],
  "answers 200 MB": [floods, "response_too_large", 200],
  "answers in chunks without end": [
    async (connection) => {
      const line = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
      await writeAll(connection, new TextEncoder().encode(line));
      const chunk = new TextEncoder().encode(`400\r\n${"x".repeat(1024)}\r\n`);
      for (let n = 0; n < 100_000; n++) await writeAll(connection, chunk);
    },
    "response_too_large",
    200,
  ],
  "closes without an answer": [() => {}, "connection_lost", null],
  "answers what is no HTTP": [answers("SSH-2.0-OpenSSH_9.2\r\n"), "invalid_response", null],
  "answers with a head of 100 kB": [
    answers(`${HEAD}x: ${"x".repeat(100_000)}\r\n\r\n`),
    "invalid_response",
    null,
  ],
  "says two lengths": [
    answers(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nok`),
    "invalid_response",
    null,
  ],
};

for (const [name, [behaviour, code, status]] of Object.entries(MISBEHAVIOUR)) {
  Deno.test(`a receiver that ${name} is a failure within the deadline`, ANY_RUNTIME, async () => {
    await using receiver = startReceiver(behaviour);
    await using client = newClient({ deadlineMs: DEADLINE_MS });
    const start = performance.now();
    const answer = await send(client, receiver.url);
    assert.ok(performance.now() - start < DEADLINE_MS + MAX_LATE_MS);
    assert.deepEqual([faultOf(answer), answer.status], [code, status]);
    assert.ok((answer.body?.length ?? 0) <= 16_384);
  });
}

Deno.test("a 2xx with a longer page than is kept is still one", ANY_RUNTIME, async () => {
  const page = "x".repeat(100_000);
  await using receiver = startReceiver(
    answers(`${HEAD}content-length: ${page.length}\r\n\r\n${page}`),
  );
  await using client = newClient();
  const answer = await send(client, receiver.url);
  assert.deepEqual([faultOf(answer), answer.status], [undefined, 200]);
  assert.equal(answer.body, page.slice(0, 16_384));
});

Deno.test("the connection of an answer that is too large is cut", ANY_RUNTIME, async () => {
  const { promise: isCut, resolve } = Promise.withResolvers<boolean>();
  await using receiver = startReceiver(async (...given) => {
    await Promise.resolve(floods(...given)).then(() => resolve(false), () => resolve(true));
  });
  await using client = newClient();
  assert.equal(faultOf(await send(client, receiver.url)), "response_too_large");
  assert.equal(await isCut, true);
});

Deno.test("a receiver that resets the connection is a failure", ANY_RUNTIME, async () => {
  // A socket that is closed with unread bytes is reset.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept().then((connection) => connection.close());
  await using client = newClient({ deadlineMs: 5_000 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  assert.equal(faultOf(await send(client, url)), "connection_lost");
  await accepting;
  listener.close();
});

Deno.test("a receiver that is not there is a failure", ANY_RUNTIME, async () => {
  const receiver = startReceiver(answersWith(200));
  await receiver[Symbol.asyncDispose]();
  await using client = newClient();
  assert.equal(faultOf(await send(client, receiver.url)), "connection_failed");
});

Deno.test(
  "a receiver that takes the connection and never shakes hands is a failure",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    await using client = newClient({ deadlineMs: DEADLINE_MS });
    const answer = await send(client, receiver.url.replace("http:", "https:"));
    assert.equal(faultOf(answer), "timed_out");
  },
);

Deno.test(
  "a resolver that never answers is a failure within the deadline",
  ANY_RUNTIME,
  async () => {
    await using client = newClient({
      deadlineMs: DEADLINE_MS,
      resolve: () => new Promise(() => {}),
    });
    assert.equal(faultOf(await send(client, "https://hooks.example.com/")), "timed_out");
  },
);

Deno.test(
  "each of several requests has its own deadline, whichever was sent first",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(readToEnd);
    await using client = newClient({ deadlineMs: 10_000 });
    const request = { url: receiver.url, headers: {}, body: "{}" };
    const ended: number[] = [];
    const late = client.send(request);
    const sent = [60, 20, 40].map(async (deadlineMs) => {
      assert.equal(faultOf(await client.send(request, { deadlineMs })), "timed_out");
      ended.push(deadlineMs);
    });
    await Promise.all(sent);
    assert.deepEqual(ended, [20, 40, 60]);
    await client[Symbol.asyncDispose]();
    assert.equal(faultOf(await late), "connection_lost");
  },
);

Deno.test("a redirect is not followed, wherever it leads", ANY_RUNTIME, async () => {
  await using inside = startReceiver(answersWith(200, "credentials"));
  const places = ["http://169.254.169.254/latest/meta-data/", inside.url, "https://example.com/"];
  for (const location of places) {
    for (const status of [301, 302, 303, 307, 308]) {
      await using receiver = startReceiver(answersWith(status, "moved", { location }));
      await using client = newClient();
      const answer = await send(client, receiver.url);
      assert.deepEqual([answer.status, answer.body], [status, "moved"]);
    }
  }
  assert.equal(inside.connections, 0);
});

Deno.test("a compressed answer is not unpacked", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(
    answersWith(200, "\x1f\x08bomb", { "content-encoding": "gzip" }),
  );
  await using client = newClient();
  assert.equal((await send(client, receiver.url)).body, "\x1f\x08bomb");
});

Deno.test(
  "a name that leads inside gets no connection, with loopback allowed and without",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    const url = `https://hooks.example.com:${receiver.port}/`;
    for (const allowLoopback of [true, false]) {
      for (const address of ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "fd00:ec2::254"]) {
        for (const addresses of [[address], ["93.184.215.14", address]]) {
          await using client = newClient({
            allowLoopback,
            resolve: () => Promise.resolve(addresses),
          });
          assert.equal(faultOf(await send(client, url)), "refused_address");
        }
      }
    }
    assert.equal(receiver.connections, 0);
  },
);

Deno.test("localhost must lead to this machine, and nowhere else inside", ANY_RUNTIME, async () => {
  for (const address of ["10.0.0.1", "169.254.169.254", "0.0.0.0", "93.184.215.14"]) {
    await using client = newClient({ resolve: () => Promise.resolve(["127.0.0.1", address]) });
    assert.equal(faultOf(await send(client, "http://localhost:1/")), "refused_address");
  }
});

Deno.test(
  "a name that changes between the check and the connection gains nothing",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    const places = [["93.184.215.14"], ["127.0.0.1"]].values();
    const resolve = () => Promise.resolve(places.next().value ?? assert.fail());
    const url = `https://hooks.example.com:${receiver.port}/`;
    const destination = parseDestination(url, { allowLoopback: true });
    assert.deepEqual(await resolveDestination(destination, resolve), ["93.184.215.14"]);
    await using client = newClient({ resolve });
    assert.equal(faultOf(await send(client, url)), "refused_address");
    assert.equal(receiver.connections, 0);
  },
);

Deno.test("a name that has no address is a failure", ANY_RUNTIME, async () => {
  for (const resolve of [() => Promise.resolve([]), () => Promise.reject(new Error("NXDOMAIN"))]) {
    await using client = newClient({ resolve });
    assert.equal(faultOf(await send(client, "https://hooks.example.com/")), "unresolvable");
  }
});

/** A runtime that resolves names itself, whatever it is told. */
const heedless: typeof buildConnector = (options) => buildConnector({ ...options, lookup: toHere });

const toHere: LookupFunction = (_, { all }, done) => {
  if (all) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(null, "127.0.0.1", 4);
};

Deno.test(
  "a runtime that does not ask where to connect is sent nothing",
  ANY_RUNTIME,
  async (t) => {
    const certificate = newCertificate({ authority: AUTHORITY });
    for (const tls of [undefined, certificate]) {
      await t.step(tls ? "over https" : "over http", async () => {
        await using receiver = startReceiver(answersWith(200), tls);
        await using client = newClient({ build: heedless });
        assert.equal(faultOf(await send(client, receiver.url)), "unguarded");
        assert.deepEqual(receiver.requests, []);
      });
    }
  },
);

Deno.test("whether the runtime asks can be told without a connection", ANY_RUNTIME, async () => {
  assert.equal(await isGuardHeeded(), true);
  assert.equal(await heedsGuard(heedless), false);
});

/** A runtime that asks, and connects elsewhere all the same. */
const deceitful: typeof buildConnector = (options = {}) => {
  const asked = "lookup" in options ? options.lookup : undefined;
  return buildConnector({
    ...options,
    lookup: (...args) => asked?.(args[0], args[1], () => toHere(...args)),
  });
};

Deno.test(
  "a connection that ends at another address than the vetted one is sent nothing",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    await using client = newClient({
      build: deceitful,
      resolve: () => Promise.resolve(["127.0.0.2"]),
    });
    assert.equal(faultOf(await send(client, receiver.url)), "unguarded");
    assert.deepEqual(receiver.requests, []);
  },
);
