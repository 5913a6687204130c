import assert from "node:assert/strict";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { RecordingSource } from "#shared/ivr/providers/provider.ts";
import { download, type DownloadOptions } from "#shared/ivr/recordings/download.ts";
import { CopyFault } from "#shared/ivr/recordings/fault.ts";
import {
  answersWith,
  ANY_RUNTIME,
  type Behaviour,
  readToEnd,
  type Receiver,
  startReceiver,
  writeAll,
} from "#tests/support/receivers.ts";

const AUDIO = { "content-type": "audio/mpeg" };
const SECRET = "Basic c2VjcmV0";

/** A provider on this machine: its API under /api/, its files under /media/. */
const HERE: RecordingSource = {
  api: [/^localhost:\d+\/api\//],
  media: [/^localhost:\d+\/media\//],
  asks: "signing_secret",
  takesExtension: true,
};

const NEVER = new AbortController().signal;

async function get(
  receiver: Pick<Receiver, "port">,
  path = "/api/r1",
  options: Partial<DownloadOptions> = {},
  authorizations = [SECRET],
): Promise<{ extension: string; text: string }> {
  const url = path.startsWith("http") ? path : `http://localhost:${receiver.port}${path}`;
  await using coming = await download(url, HERE, authorizations, {
    signal: NEVER,
    allowLoopback: true,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    ...options,
  });
  let text = "";
  for await (const chunk of coming.content) text += new TextDecoder().decode(chunk);
  return { extension: coming.format.extension, text };
}

async function faultOf(doing: Promise<unknown>): Promise<string> {
  try {
    await doing;
  } catch (error) {
    if (error instanceof CopyFault) return error.code;
    throw error;
  }
  return "none";
}

/** What each of several requests in turn is answered with. */
function inTurn(...behaviours: Behaviour[]): Behaviour {
  let next = 0;
  return (connection, request) => behaviours[next++]?.(connection, request);
}

const to = (location: string) => answersWith(302, "", { location });

Deno.test(
  "A recording is asked for with the secret, in the smaller format, and comes as it is",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200, "sound", AUDIO));
    assert.deepEqual(await get(receiver), { extension: "mp3", text: "sound" });
    const [request] = receiver.requests;
    assert.equal(request?.headers.authorization, SECRET);
    assert.equal(request?.headers["accept-encoding"], "identity");
  },
);

Deno.test(
  "A secret on its way out is tried where the one in force is refused",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(
      inTurn(answersWith(401), answersWith(200, "sound", AUDIO)),
    );
    assert.equal((await get(receiver, undefined, {}, ["new", "old"])).text, "sound");
    assert.deepEqual(receiver.requests.map(({ headers }) => headers.authorization), ["new", "old"]);
  },
);

Deno.test(
  "A redirect is followed to the provider's files, and the secret is not",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(
      inTurn(
        (c, r) => to("/media/r1.wav")(c, r),
        answersWith(200, "sound", { "content-type": "audio/x-wav" }),
      ),
    );
    assert.deepEqual(await get(receiver), { extension: "wav", text: "sound" });
    assert.deepEqual(receiver.requests.map(({ headers }) => headers.authorization), [
      SECRET,
      undefined,
    ]);
  },
);

Deno.test("Nothing is asked of anybody but the provider", ANY_RUNTIME, async () => {
  const elsewhere = [
    "http://127.0.0.1:1/api/r1",
    "https://example.com/api/r1",
    "https://localhost.example.com/api/r1",
    "http://localhost:1@evil.example.com/api/r1",
    "ftp://localhost/api/r1",
    "//[::1]/api/r1",
    "http://169.254.169.254/latest/meta-data",
  ];
  for (const place of elsewhere) {
    await using receiver = startReceiver(to(place));
    assert.equal(await faultOf(get(receiver)), "refused_url", place);
    assert.equal(receiver.requests.length, 1);
    if (place.startsWith("http")) assert.equal(await faultOf(get(receiver, place)), "refused_url");
    assert.equal(receiver.requests.length, 1);
  }
});

Deno.test("More than three redirects are not followed", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(to("/media/again"));
  assert.equal(await faultOf(get(receiver)), "refused_url");
  assert.equal(receiver.requests.length, 4);
});

Deno.test("http and a name that leads inside are refused where nothing is told otherwise", async () => {
  const { recordings } = PROVIDERS.twilio;
  const ask = (url: string, address: string) =>
    faultOf(download(url, recordings, [SECRET], {
      signal: NEVER,
      resolve: () => Promise.resolve([address]),
    }));
  assert.equal(await ask("http://api.twilio.com/r", "203.0.113.7"), "refused_url");
  for (const address of ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"]) {
    assert.equal(await ask("https://api.twilio.com/r", address), "refused_url", address);
  }
});

Deno.test("What is no recording is told apart", ANY_RUNTIME, async () => {
  const cases: [string, Behaviour][] = [
    ["not_audio", answersWith(200, "<html>", { "content-type": "text/html" })],
    ["not_audio", answersWith(200, "sound")],
    ["empty", answersWith(200, "", AUDIO)],
    ["not_found", answersWith(404)],
    ["refused_by_provider", answersWith(403)],
    ["provider_error", answersWith(500)],
    ["provider_error", answersWith(206, "s", AUDIO)],
    ["too_large", answersWith(200, "x".repeat(11), AUDIO)],
    ["connection_failed", () => {}],
  ];
  for (const [code, behaviour] of cases) {
    await using receiver = startReceiver(behaviour);
    assert.equal(await faultOf(get(receiver, undefined, { maxBytes: 10 })), code);
  }
});

Deno.test(
  "One that is longer than it said, or never ends, is cut at the limit",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(async (connection) => {
      const text =
        "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n";
      await writeAll(connection, new TextEncoder().encode(text));
      const chunk = new TextEncoder().encode(`10000\r\n${"x".repeat(65_536)}\r\n`);
      for (;;) await writeAll(connection, chunk);
    });
    assert.equal(await faultOf(get(receiver, undefined, { maxBytes: 500_000 })), "too_large");
  },
);

Deno.test("One that is cut before its end is no recording", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(
    (connection) =>
      writeAll(
        connection,
        new TextEncoder().encode(
          "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 100\r\n\r\nhalf",
        ),
      ),
  );
  assert.equal(await faultOf(get(receiver)), "connection_failed");
});

Deno.test(
  "The deadline ends a provider that hangs, before its answer and within it",
  ANY_RUNTIME,
  async () => {
    const half = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 100\r\n\r\nhalf";
    for (const text of ["", half]) {
      const deadline = new AbortController();
      await using receiver = startReceiver(async (connection) => {
        await writeAll(connection, new TextEncoder().encode(text));
        deadline.abort();
        await readToEnd(connection);
      });
      assert.equal(
        await faultOf(get(receiver, undefined, { signal: deadline.signal })),
        "timed_out",
        text,
      );
    }
  },
);

Deno.test("Every provider's recordings are where its documents say, and its secrets go nowhere else", () => {
  const isAt = (patterns: readonly RegExp[], url: string) => {
    const { host, pathname } = new URL(url);
    return patterns.some((pattern) => pattern.test(host + pathname));
  };
  const api = [
    ["twilio", "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"],
    ["twilio", "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"],
    ["signalwire", "https://example.signalwire.com/api/laml/2010-04-01/Accounts/p/Recordings/r"],
    ["plivo", "https://media.plivo.com/v1/Account/MA1/Recording/r.mp3"],
    ["vonage", "https://api.nexmo.com/v1/files/aaaaaaaa-bbbb"],
    ["vonage", "https://api-us-3.vonage.com/v1/files/aaaaaaaa-bbbb"],
  ] as const;
  for (const [provider, url] of api) assert.ok(isAt(PROVIDERS[provider].recordings.api, url), url);
  const presigned =
    "https://s3.amazonaws.com/telephony-recorder-prod/a/2026-11-21/b-1.mp3?X-Amz-Signature=x";
  assert.ok(isAt(PROVIDERS.telnyx.recordings.media, presigned));
  assert.ok(!isAt(PROVIDERS.telnyx.recordings.media, "https://s3.amazonaws.com/somebody/a.mp3"));
  for (const { name, recordings: { api, media } } of Object.values(PROVIDERS)) {
    for (
      const host of [
        "evil.com",
        "api.twilio.com.evil.com",
        "xapi.nexmo.com",
        "api.twilio.com:8443",
        "twilio.com.evil.com",
        "evilplivo.com",
      ]
    ) {
      assert.ok(!isAt([...api, ...media], `https://${host}/api/2010-04-01/v1/`), `${name} ${host}`);
    }
  }
});
