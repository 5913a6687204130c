import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { DIALECTS, type Provider } from "#local/phone/dialects.ts";
import { placeCall, scriptedCaller } from "#local/phone/mod.ts";
import { PROVIDER_NAMES } from "#shared/ivr/providers/mod.ts";
import { backgroundSettled } from "#shared/http/background.ts";
import { copyRecordings } from "#shared/ivr/recordings/copy.ts";
import { ACCOUNT } from "#tests/support/call_at.ts";
import { newLine, readProblem } from "#tests/support/phone_line.ts";
import {
  keepApiSecret,
  nameAccount,
  type RecordedCall,
  recordedCall,
  recordingToken,
  sourcesHere,
} from "#tests/support/recorded_call.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const AUDIO = new Uint8Array([0x49, 0x44, 0x33, 4, 0, 0]);

/** A provider's API and files on this machine, which counts who asks with what. */
interface MediaServer extends AsyncDisposable {
  readonly port: number;
  readonly asked: (string | null)[];
  answer: () => Response | Promise<Response>;
}

function mediaServer(): MediaServer {
  const asked: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(request.headers.get("authorization"));
    return media.answer();
  });
  const media: MediaServer = {
    port: server.addr.port,
    asked,
    answer: () => new Response(AUDIO, { headers: { "content-type": "audio/mpeg" } }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return media;
}

/** A stack that leaves copying to whoever calls for it. */
function quietStack(): Promise<TestStack> {
  return testStack({ environment: { SWITCHBOARD_DISPATCH_KICK: "false" } });
}

async function recordings(stack: TestStack): Promise<Record<string, unknown>[]> {
  const rows = await stack.database.query(
    "select status, path, content_type, duration_seconds, attempts, error from public.call_recordings order by created_at",
  );
  return rows.map((row) => ({ ...row }));
}

async function voicemails(stack: TestStack): Promise<unknown[]> {
  const rows = await stack.database.query(
    "select payload from public.webhook_events where type = 'voicemail.received'",
  );
  return rows.map(({ payload }) => JSON.parse(String(payload)).data);
}

/** Lets the next attempt be due at once. */
async function makeDue(stack: TestStack): Promise<void> {
  await stack.database.query(
    "update private.recording_sources set due_at = now() where due_at is not null",
  );
}

async function expectStatus(response: Response, status: number): Promise<void> {
  assert.equal(response.status, status, await response.text());
}

/** The turn after a recording, as Plivo makes it. */
async function bringRecording(call: RecordedCall, url: string): Promise<void> {
  const action = /action="([^"]+)"/.exec(call.document)?.[1]?.replaceAll("&amp;", "&") ??
    assert.fail();
  const fields = [
    ["CallUUID", call.callId],
    ["RecordUrl", url],
    ["RecordingID", "r-1"],
    ["RecordingDuration", "3"],
  ] as const;
  const signed = DIALECTS.plivo.sign({ url: action, method: "POST" }, fields, call.secret);
  await (await fetch(signed.url, { ...signed, body: signed.body ?? null })).body?.cancel();
}

async function scene(provider: Provider = "twilio") {
  const stack = await quietStack();
  const media = mediaServer();
  const tenant = await stack.newTenant();
  const call = await recordedCall(stack, tenant, provider);
  return {
    stack,
    media,
    tenant,
    call,
    url: `http://localhost:${media.port}/api/Accounts/${ACCOUNT}/r1`,
    copy: () => copyRecordings(sourcesHere(media.port)),
    async [Symbol.asyncDispose]() {
      await stack.close();
      await media[Symbol.asyncDispose]();
    },
  };
}

async function readsOnlyOwn(stack: TestStack, tenant: Tenant, path: string): Promise<void> {
  const stranger = await stack.newTenant("stranger");
  const own = await tenant.db.storage.from("recordings").download(path);
  assert.deepEqual(new Uint8Array(await own.data?.arrayBuffer() ?? assert.fail()), AUDIO);
  assert.equal((await stranger.db.storage.from("recordings").info(path)).data, null);
  assert.deepEqual((await stranger.db.from("call_recordings").select()).data, []);
  const anonymous = await fetch(`${stack.url}/storage/v1/object/recordings/${path}`, {
    headers: { apikey: stack.secrets.publishable_key },
  });
  assert.equal((await anonymous.json()).code, "NoSuchKey");
  const bucket = tenant.db.storage.from("recordings");
  const written = await bucket.upload(path, AUDIO, { contentType: "audio/mpeg", upsert: true });
  assert.notEqual(written.error, null, "Nobody but the service writes recordings");
  assert.deepEqual((await bucket.remove([path])).data, []);
}

for (const provider of PROVIDER_NAMES) {
  Deno.test(`A voicemail at ${provider} ends as a file of its owner, linked and told of once`, async () => {
    await using there = await scene(provider);
    const { stack, media, tenant, call, url, copy } = there;
    if (provider === "signalwire") await keepApiSecret(stack, tenant, call.connectionId, "token");
    if (provider === "vonage") {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      await keepApiSecret(stack, tenant, call.connectionId, pem);
    }
    const id = DIALECTS[provider].newId("recording");
    await expectStatus(await call.announce({ id, url }), 204);
    assert.deepEqual((await recordings(stack)).map(({ status }) => status), ["pending"]);
    assert.deepEqual(await voicemails(stack), []);

    assert.deepEqual(await copy(), { copied: 1, failed: 0 });
    const [recording] = await recordings(stack);
    const [log] = await stack.database.query("select id, recording_path from public.call_logs");
    const path = String(log?.recording_path);
    assert.match(path, new RegExp(`^${tenant.userId}/${log?.id}/[0-9a-f-]{36}\\.mp3$`));
    assert.deepEqual(recording, {
      status: "copied",
      path,
      content_type: "audio/mpeg",
      duration_seconds: 7,
      attempts: 1,
      error: null,
    });
    const scheme = media.asked.map((header) => header?.split(" ")[0] ?? null);
    const expected = provider === "telnyx" ? null : provider === "vonage" ? "Bearer" : "Basic";
    assert.deepEqual(scheme, [expected]);
    const [told, ...more] = await voicemails(stack);
    assert.partialDeepStrictEqual(told, {
      call_id: log?.id,
      recording_path: path,
      duration_seconds: 7,
    });
    assert.deepEqual(more, []);
    await readsOnlyOwn(stack, tenant, path);

    await expectStatus(await call.announce({ id, url }), 204);
    assert.deepEqual(await copy(), { copied: 0, failed: 0 });
    assert.equal((await voicemails(stack)).length, 1);
  });
}

Deno.test("Twenty announcements at once make one recording, copied once by several workers at once", async () => {
  await using there = await scene();
  const { stack, media, call, url, copy } = there;
  const id = DIALECTS.twilio.newId("recording");
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call.announce({ id, url })),
  );
  for (const answer of answers) await expectStatus(answer, 204);
  assert.equal((await recordings(stack)).length, 1);
  const copies = await Promise.all([copy(), copy(), copy()]);
  assert.equal(copies.reduce((sum, { copied }) => sum + copied, 0), 1);
  assert.equal(media.asked.length, 1);
  assert.equal((await voicemails(stack)).length, 1);
});

Deno.test("A turn that brings the recording is an announcement as well, and the two are one voicemail", async () => {
  for (const order of ["turn first", "callback first"]) {
    await using there = await scene();
    const { stack, call, url, copy } = there;
    const id = DIALECTS.twilio.newId("recording");
    const action = /action="([^"]+)"/.exec(call.document)?.[1]?.replaceAll("&amp;", "&") ??
      assert.fail();
    const turn = async () => {
      const fields = [
        ["CallSid", call.callId],
        ["AccountSid", ACCOUNT],
        ["RecordingUrl", url],
        ["RecordingDuration", "7"],
      ] as const;
      const signed = DIALECTS.twilio.sign({ url: action, method: "POST" }, fields, call.secret);
      const reply = await fetch(signed.url, { ...signed, body: signed.body ?? null });
      assert.match(await reply.text(), /Goodbye/, order);
    };
    // A format is another spelling of the same recording.
    const callback = async () =>
      await expectStatus(await call.announce({ id, url: `${url}.wav` }), 204);
    for (const announce of order === "turn first" ? [turn, callback] : [callback, turn]) {
      await announce();
    }
    assert.deepEqual(await copy(), { copied: 1, failed: 0 }, order);
    assert.equal((await voicemails(stack)).length, 1);
    const told = await stack.database.query(
      "select input::text as text from public.ivr_turns union all select payload from public.webhook_events",
    );
    for (const { text } of told) {
      assert.ok(!String(text).includes("localhost:"), "The URL stays out of turns and events");
    }
  }
});

Deno.test("A turn alone is enough", async () => {
  await using there = await scene("plivo");
  const { stack, call, url, copy } = there;
  for (let repeat = 0; repeat < 2; repeat++) await bringRecording(call, url);
  assert.deepEqual(await copy(), { copied: 1, failed: 0 });
  assert.equal((await voicemails(stack)).length, 1);
});

Deno.test("What came to nothing is taken in without a row, and nobody is told", async () => {
  await using there = await scene();
  const { stack, call, url, copy } = there;
  await expectStatus(await call.announce({ id: "RE1", url: null }), 204);
  await expectStatus(await call.announce({ id: "RE2", url, seconds: 0 }), 204);
  assert.deepEqual(await recordings(stack), []);
  assert.deepEqual(await copy(), { copied: 0, failed: 0 });
});

Deno.test("Whoever cannot prove the call, the connection or the account is refused, and leaves no row", async (t) => {
  await using there = await scene("telnyx");
  const { stack, tenant, call, url } = there;
  const other = await recordedCall(stack, tenant, "telnyx");
  const base = call.recordingUrl.split("?")[0] ?? "";
  const turn = /"(http[^"]+\/turn\?token=[^"&]+)/.exec(call.document)?.[1] ?? assert.fail();
  const unknown = DIALECTS.telnyx.newId("call");
  const token = (of: string) => recordingToken(call.connectionId, of);
  const stranger = await stack.newTenant("stranger");
  const foreign: RecordedCall = await recordedCall(stack, stranger, "telnyx");
  const cases = {
    "without a token": [{ at: base }, "invalid_step_token"],
    "with a turn's token": [{ at: base + turn.slice(turn.indexOf("?")) }, "invalid_step_token"],
    "with another call's token": [
      { at: `${base}?token=${await token("x")}` },
      "invalid_step_token",
    ],
    "for another call of the connection": [{ callId: unknown }, "invalid_step_token"],
    "for a call that never was": [
      { callId: unknown, at: `${base}?token=${await token(unknown)}` },
      "unknown_session",
    ],
    "for a stranger's call": [
      { callId: foreign.callId, at: `${base}?token=${await token(foreign.callId)}` },
      "unknown_session",
    ],
    "with another connection's secret": [{ secret: other.secret }, "invalid_signature"],
    "at a connection that never was": [
      { at: call.recordingUrl.replace(call.connectionId, crypto.randomUUID()) },
      "unknown_connection",
    ],
    "of another provider's name": [
      { at: call.recordingUrl.replace("/telnyx/", "/twilio/") },
      "unknown_connection",
    ],
    "without an id": [{ id: "" }, "invalid_request"],
    "with an id that is a path": [{ id: "../../x" }, "invalid_request"],
    "with a URL that is none": [{ url: "javascript:alert(1)" }, "invalid_request"],
  } as const;
  for (const [what, [wrong, code]] of Object.entries(cases)) {
    await t.step(what, async () => {
      const response = await call.announce({ id: "r-1", url, ...wrong });
      assert.equal(await readProblem(response), code);
    });
  }
  await t.step("of another account", async () => {
    await nameAccount(stack, call.connectionId, "another");
    assert.equal(await readProblem(await call.announce({ id: "r-1", url })), "forbidden");
  });
  assert.deepEqual(await recordings(stack), []);
});

Deno.test("A copy that fails is tried again, ever later, and is given up and kept after ten", async () => {
  await using there = await scene();
  const { stack, media, tenant, call, url, copy } = there;
  media.answer = () => new Response(null, { status: 404 });
  await expectStatus(await call.announce({ id: "RE1", url }), 204);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 10; attempt++) {
    assert.deepEqual(await copy(), { copied: 0, failed: 1 });
    const [row] = await stack.database.query(
      "select round(extract(epoch from due_at - now()) / 60)::integer as minutes from private.recording_sources",
    );
    if (row?.minutes !== null) waits.push(Number(row?.minutes));
    assert.deepEqual(await copy(), { copied: 0, failed: 0 }, "Nothing is due before its time");
    await makeDue(stack);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 15, 30, 60, 120, 240]);
  assert.partialDeepStrictEqual((await tenant.db.from("call_recordings").select()).data, [
    { status: "failed", error: "not_found", attempts: 10, path: null },
  ]);
  assert.deepEqual(await voicemails(stack), []);
});

Deno.test("A copy that succeeds after failures is told of once", async () => {
  await using there = await scene();
  const { stack, media, call, url, copy } = there;
  const well = media.answer;
  media.answer = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  await expectStatus(await call.announce({ id: "RE1", url }), 204);
  assert.deepEqual(await copy(), { copied: 0, failed: 1 });
  assert.deepEqual((await recordings(stack)).map(({ error }) => error), ["not_audio"]);
  const { count } = await stack.admin.from("call_logs").select("*", { count: "exact", head: true })
    .not("recording_path", "is", null);
  assert.equal(count, 0);
  media.answer = well;
  await makeDue(stack);
  assert.deepEqual(await copy(), { copied: 1, failed: 0 });
  assert.partialDeepStrictEqual(await recordings(stack), [{ attempts: 2, error: null }]);
  assert.equal((await voicemails(stack)).length, 1);
});

Deno.test("What no attempt would change is given up at once, with a code that says why", async () => {
  const cases = [
    ["twilio", "http://api.twilio.com/r1", "refused_url"],
    ["twilio", "https://evil.example.com/r1", "refused_url"],
    ["twilio", "https://169.254.169.254/latest/meta-data/", "refused_url"],
    ["signalwire", "https://example.signalwire.com/api/r1", "no_credentials"],
    ["vonage", "https://api.nexmo.com/v1/files/r1", "no_credentials"],
  ] as const;
  for (const [provider, url, error] of cases) {
    await using there = await scene(provider);
    const { stack, call } = there;
    await nameAccount(stack, call.connectionId, provider === "vonage" ? "a1b2c3d4" : ACCOUNT);
    await expectStatus(await call.announce({ id: "r-1", url }), 204);
    assert.deepEqual(await copyRecordings(), { copied: 0, failed: 1 });
    assert.partialDeepStrictEqual(await recordings(stack), [{ status: "failed", error }]);
  }
});

Deno.test("A provider that hangs costs one deadline, and what ends within it leaves no file", async () => {
  await using there = await scene();
  const { stack, media, call, url } = there;
  const endless = new TransformStream<Uint8Array, Uint8Array>();
  media.answer = () =>
    new Response(endless.readable, { headers: { "content-type": "audio/mpeg" } });
  const writer = endless.writable.getWriter();
  await expectStatus(await call.announce({ id: "RE1", url }), 204);
  const copying = copyRecordings({ ...sourcesHere(media.port), deadlineMs: 300 });
  await writer.write(AUDIO).catch(() => {});
  assert.deepEqual(await copying, { copied: 0, failed: 1 });
  await writer.close().catch(() => {});
  assert.partialDeepStrictEqual(await recordings(stack), [{
    status: "pending",
    error: "timed_out",
  }]);
  const { data } = await stack.admin.storage.from("recordings").list();
  assert.deepEqual(data, []);
});

Deno.test("A recording of more than its bucket takes is given up", async () => {
  await using there = await scene();
  const { stack, media, call, url } = there;
  media.answer = () =>
    new Response(AUDIO, {
      headers: { "content-type": "audio/mpeg", "content-length": String(AUDIO.length) },
    });
  await expectStatus(await call.announce({ id: "RE1", url }), 204);
  await copyRecordings({ ...sourcesHere(media.port), maxBytes: AUDIO.length - 1 });
  assert.partialDeepStrictEqual(await recordings(stack), [{
    status: "failed",
    error: "too_large",
  }]);
});

Deno.test("A worker that dies between upload and mark leaves work that ends in one file and one event", async () => {
  await using there = await scene();
  const { stack, call, url, copy } = there;
  await expectStatus(await call.announce({ id: "RE1", url }), 204);
  const broken = "alter function public.ivr_complete_recording(uuid, text, bigint, text) rename to";
  await stack.database.exec(`${broken} gone`);
  await stack.reloadSchema();
  assert.deepEqual(await copy(), { copied: 0, failed: 1 });
  await stack.database.exec(
    "alter function public.gone(uuid, text, bigint, text) rename to ivr_complete_recording",
  );
  await stack.reloadSchema();
  await makeDue(stack);
  assert.deepEqual(await copy(), { copied: 1, failed: 0 });
  const objects = await stack.database.query("select name from storage.objects");
  assert.equal(objects.length, 1);
  assert.equal((await voicemails(stack)).length, 1);
});

Deno.test("A copy is begun behind the answer", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const call = await recordedCall(stack, tenant, "twilio");
  await expectStatus(await call.announce({ id: "RE1", url: "http://api.twilio.com/r1" }), 204);
  await backgroundSettled();
  assert.partialDeepStrictEqual(await recordings(stack), [{ status: "failed", attempts: 1 }]);
});

Deno.test("A copy is begun behind a turn that brings the recording too", async () => {
  await using stack = await testStack();
  const call = await recordedCall(stack, await stack.newTenant(), "plivo");
  await bringRecording(call, "http://media.plivo.com/r1");
  await backgroundSettled();
  assert.partialDeepStrictEqual(await recordings(stack), [{ status: "failed", attempts: 1 }]);
});

Deno.test("Cron has what is due copied through its route, and nobody else can", async () => {
  await using there = await scene();
  const { stack, call } = there;
  await expectStatus(await call.announce({ id: "RE1", url: "http://api.twilio.com/r1" }), 204);
  await stack.database.query("select private.copy_recordings()");
  const queued = await stack.database.query("select url from net.http_request_queue");
  assert.match(String(queued[0]?.url), /\/ivr\/recordings\/copy$/);
  const run = (apikey: string) =>
    fetch(`${stack.url}/functions/v1/ivr/recordings/copy`, { method: "POST", headers: { apikey } });
  const refused = await run(stack.secrets.publishable_key);
  assert.equal(refused.status, 401);
  await refused.body?.cancel();
  assert.deepEqual(await (await run(stack.secrets.cron_key)).json(), { copied: 0, failed: 1 });
  const [{ id } = {}] = await stack.database.query("select private.copy_recordings() as id");
  assert.equal(id, null, "Nothing is posted where nothing is due");
});

Deno.test("A call of the terminal phone that leaves a message ends with a file in storage", async () => {
  await using stack = await quietStack();
  await using media = mediaServer();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const closed = {
    time_zone: "UTC",
    weekly: [{ days: [(new Date().getUTCDay() + 3) % 7 + 1], from: "09:00", to: "10:00" }],
    closed: { action: "voicemail" },
  };
  const edited = await tenant.db.from("ivr_menus").update({ hours: closed }).eq("id", line.menuId);
  assert.equal(edited.error, null);
  const published = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.equal(published.error, null);
  const transcript = await placeCall({
    line: {
      url: stack.url,
      provider: "twilio",
      connectionId: line.connectionId,
      authToken: line.authToken,
      to: line.number,
    },
    caller: scriptedCaller([], { speakSeconds: 4 }),
    extra: [["RecordingUrl", `http://localhost:${media.port}/api/Accounts/AC1/Recordings/RE1`]],
  });
  assert.deepEqual([transcript.ok, transcript.error], [true, undefined]);
  assert.deepEqual(await copyRecordings(sourcesHere(media.port)), { copied: 1, failed: 0 });
  const { data } = await tenant.db.from("call_logs").select("recording_path").single();
  const file = await tenant.db.storage.from("recordings").download(data?.recording_path);
  assert.deepEqual(new Uint8Array(await file.data?.arrayBuffer() ?? assert.fail()), AUDIO);
});

for (const provider of PROVIDER_NAMES) {
  Deno.test(`The terminal phone's recording at ${provider} is taken in once`, async () => {
    await using stack = await quietStack();
    const { number, connectionId, secret } = await recordedCall(
      stack,
      await stack.newTenant(),
      provider,
    );
    const transcript = await placeCall({
      line: { url: stack.url, provider, connectionId, authToken: secret, to: number },
      caller: scriptedCaller(["1"], { speakSeconds: 4 }),
    });
    assert.deepEqual([transcript.ok, transcript.error], [true, undefined]);
    assert.partialDeepStrictEqual(await recordings(stack), [
      { status: "pending", duration_seconds: 4 },
    ]);
    assert.equal((await recordings(stack)).length, 1);
  });
}

Deno.test("A stack stops at once while a provider hangs, and what was being copied stays due", async () => {
  await using media = mediaServer();
  const { promise: isAsked, resolve } = Promise.withResolvers<void>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<Response>();
  media.answer = () => {
    resolve();
    return answered;
  };
  await using stack = await quietStack();
  const call = await recordedCall(stack, await stack.newTenant(), "telnyx");
  await expectStatus(
    await call.announce({ id: "r-1", url: `http://localhost:${media.port}/media/r1` }),
    204,
  );
  const copying = copyRecordings(sourcesHere(media.port));
  await isAsked;
  const [source] = await stack.database.query(
    "select leased_until > now() as leased from private.recording_sources where due_at is not null",
  );
  assert.deepEqual(source, { leased: true });
  // Waiting for the answer, which does not come, would end in a failure.
  await stack.close();
  assert.deepEqual(await copying, { copied: 0, failed: 0 });
  answer(new Response());
});
