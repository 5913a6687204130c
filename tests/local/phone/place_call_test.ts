import assert from "node:assert/strict";
import { MOST_DOCUMENTS } from "#local/phone/place_call.ts";
import { type Entry, scriptedCaller } from "#local/phone/mod.ts";
import { call, LINE, story, twiml, xml } from "./fake_stack.ts";

const ROUTE = `/ivr/twilio/${LINE.connectionId}`;
const MENU =
  `<Gather numDigits="1" timeout="5" action="turn?token=t1"><Say>Press a key</Say></Gather>`;
const BYE = twiml("<Say>Goodbye</Say>", "<Hangup/>");

Deno.test("a call opens the voice address of its connection, signed, as ringing", async () => {
  const { documents, transcript } = await call("", [BYE]);
  const [first] = documents;
  assert.equal(first?.method, "POST");
  assert.equal(first?.path, `${ROUTE}/voice`);
  assert.equal(first?.fields.get("CallStatus"), "ringing");
  assert.equal(first?.fields.get("CallSid"), transcript.call_sid);
  assert.match(transcript.call_sid, /^CA[0-9a-f]{32}$/);
});

Deno.test("every request carries a signature that the official SDK accepts", async () => {
  const { received } = await call("1,2,3", [
    twiml(MENU),
    twiml(`<Gather numDigits="1" method="GET" action="/functions/v1/get?a=1&amp;a=2&amp;b=%2F"/>`),
    twiml(`<Redirect method="GET">?x=%C3%A9</Redirect>`),
    twiml(`<Dial action="dialled"><Number>+15550101</Number></Dial>`),
    twiml(`<Enqueue action="left">support</Enqueue>`),
    BYE,
  ], { progress: true, extra: [["CallerName", "Zoë"], ["a", "2"], ["a", "1"]] });
  assert.equal(received.length, 10);
  for (const request of received) assert.ok(request.signed, `${request.method} ${request.path}`);
});

Deno.test("keys pressed at a gather are posted to its action", async () => {
  const { documents, transcript } = await call("2", [twiml(MENU), BYE]);
  const second = documents[1];
  assert.equal(second?.path, `${ROUTE}/turn?token=t1`);
  assert.equal(second?.fields.get("Digits"), "2");
  assert.equal(second?.fields.get("FinishedOnKey"), "");
  assert.equal(second?.fields.get("CallStatus"), "in-progress");
  assert.deepEqual(story(transcript.entries), ["dialled", "said", "pressed", "said", "ended"]);
});

Deno.test("silence makes no request to the action and falls through to the next verb", async () => {
  const { documents, transcript } = await call("-", [
    twiml(MENU, "<Say>Nothing heard</Say>", "<Redirect>turn?token=t2</Redirect>"),
    BYE,
  ]);
  assert.deepEqual(documents.map(({ path }) => path), [
    `${ROUTE}/voice`,
    `${ROUTE}/turn?token=t2`,
  ]);
  assert.ok(!documents[1]?.fields.has("Digits"));
  const said = transcript.entries.flatMap((entry) => entry.kind === "said" ? [entry.text] : []);
  assert.deepEqual(said, ["Press a key", "Nothing heard", "Goodbye"]);
});

Deno.test("silence at the last verb ends the call", async () => {
  const { documents, transcript } = await call("", [twiml(MENU)]);
  assert.equal(documents.length, 1);
  assert.equal(transcript.ended_by, "end_of_document");
  assert.equal(transcript.ok, true);
});

Deno.test("the finish key alone falls through like silence, without waiting for it", async () => {
  const { documents, transcript } = await call("#", [
    twiml(`<Gather action="never"/>`, "<Hangup/>"),
  ]);
  assert.equal(documents.length, 1);
  assert.deepEqual(story(transcript.entries), ["dialled", "pressed", "ended"]);
});

Deno.test("with actionOnEmptyResult silence and the finish key alone are submitted", async () => {
  const menu = twiml(`<Gather action="turn" actionOnEmptyResult="true"/>`, "<Say>never</Say>");
  const silence = await call("", [menu, BYE]);
  assert.equal(silence.documents[1]?.fields.get("Digits"), "");
  assert.equal(silence.documents[1]?.fields.get("FinishedOnKey"), "");
  const finish = await call("#", [menu, BYE]);
  assert.equal(finish.documents[1]?.fields.get("Digits"), "");
  assert.equal(finish.documents[1]?.fields.get("FinishedOnKey"), "#");
});

Deno.test("keys before a time-out are submitted, though there are fewer than asked for", async () => {
  const { documents, transcript } = await call("12", [
    twiml(`<Gather numDigits="4" timeout="3" action="turn"/>`),
    BYE,
  ]);
  assert.equal(documents[1]?.fields.get("Digits"), "12");
  assert.equal(documents[1]?.fields.get("FinishedOnKey"), "");
  assert.deepEqual(story(transcript.entries), ["dialled", "pressed", "silent", "said", "ended"]);
});

Deno.test("the finish key submits what came before it", async () => {
  const { documents } = await call("1234#", [twiml(`<Gather action="turn"/>`), BYE]);
  assert.equal(documents[1]?.fields.get("Digits"), "1234");
  assert.equal(documents[1]?.fields.get("FinishedOnKey"), "#");
});

Deno.test("an empty finish key makes # a digit", async () => {
  const { documents } = await call("#", [
    twiml(`<Gather numDigits="1" finishOnKey="" action="turn"/>`),
    BYE,
  ]);
  assert.equal(documents[1]?.fields.get("Digits"), "#");
});

Deno.test("keys after the last one asked for are not carried to the next gather", async () => {
  const { documents, transcript } = await call("123,4", [twiml(MENU), twiml(MENU), BYE]);
  assert.deepEqual(documents.map(({ fields }) => fields.get("Digits")), [null, "1", "4"]);
  assert.deepEqual(
    transcript.entries.find(({ kind }) => kind === "unheard"),
    { at: 1, kind: "unheard", keys: "23" },
  );
});

Deno.test("items are pressed at successive gathers, also those of one document", async () => {
  const { documents } = await call("-,7", [twiml(MENU, MENU), BYE]);
  assert.equal(documents[1]?.fields.get("Digits"), "7");
});

Deno.test("a gather without an action posts to the current document", async () => {
  const { documents } = await call("1,2", [
    twiml(`<Redirect>turn?token=a</Redirect>`),
    twiml(`<Gather numDigits="1"/>`),
    BYE,
  ]);
  assert.equal(documents[2]?.path, `${ROUTE}/turn?token=a`);
  assert.equal(documents[2]?.fields.get("Digits"), "1");
});

Deno.test("addresses resolve against the document that holds them, not the first one", async () => {
  const { documents } = await call("", [
    twiml(`<Redirect>deeper/one</Redirect>`),
    twiml(`<Redirect>two</Redirect>`),
    twiml(`<Redirect>/functions/v1/three</Redirect>`),
    BYE,
  ]);
  assert.deepEqual(documents.map(({ path }) => path), [
    `${ROUTE}/voice`,
    `${ROUTE}/deeper/one`,
    `${ROUTE}/deeper/two`,
    "/three",
  ]);
});

Deno.test("a redirect by GET carries the call in its address", async () => {
  const { documents, transcript } = await call("", [
    twiml(`<Redirect method="GET">turn?token=a</Redirect>`),
    BYE,
  ]);
  assert.equal(documents[1]?.method, "GET");
  assert.equal(documents[1]?.fields.get("token"), "a");
  assert.equal(documents[1]?.fields.get("CallSid"), transcript.call_sid);
});

Deno.test("a transfer with an action posts what came of it", async () => {
  const dial = twiml(`<Dial action="done"><Number>+15550101</Number></Dial>`, "<Say>never</Say>");
  for (const status of ["completed", "busy", "no-answer", "failed"] as const) {
    const { documents, transcript } = await call("", [dial, BYE], { dial: status });
    assert.equal(documents[1]?.path, `${ROUTE}/done`);
    assert.equal(documents[1]?.fields.get("DialCallStatus"), status);
    assert.match(documents[1]?.fields.get("DialCallSid") ?? "", /^CA[0-9a-f]{32}$/);
    assert.equal(documents[1]?.fields.has("DialCallDuration"), status === "completed");
    assert.deepEqual(story(transcript.entries), ["dialled", "transferred", "said", "ended"]);
  }
});

Deno.test("a transfer without an action lets the document go on", async () => {
  const { documents, transcript } = await call("", [
    twiml("<Dial>+15550101</Dial>", "<Say>They have gone</Say>"),
  ]);
  assert.equal(documents.length, 1);
  assert.deepEqual(story(transcript.entries), ["dialled", "transferred", "said", "ended"]);
});

Deno.test("a transfer to nobody fails", async () => {
  const { documents } = await call("", [twiml(`<Dial action="done"/>`), BYE]);
  assert.equal(documents[1]?.fields.get("DialCallStatus"), "failed");
});

Deno.test("a queue with an action posts how it was left, and without one falls through", async () => {
  const { documents } = await call("", [
    twiml(`<Enqueue>first</Enqueue>`, `<Enqueue action="left">second</Enqueue>`),
    BYE,
  ]);
  assert.equal(documents.length, 2);
  assert.equal(documents[1]?.fields.get("QueueResult"), "bridged");
  assert.match(documents[1]?.fields.get("QueueSid") ?? "", /^QU/);
  assert.equal(documents[1]?.fields.get("QueueTime"), "12");
});

Deno.test("a recording is handed to its action, or to the same address without one", async () => {
  const named = await call("", [twiml(`<Record action="recorded"/>`, "<Say>never</Say>"), BYE], {
    speakSeconds: 4,
  });
  assert.equal(named.documents[1]?.path, `${ROUTE}/recorded`);
  assert.equal(named.documents[1]?.fields.get("RecordingDuration"), "4");
  assert.match(named.documents[1]?.fields.get("RecordingUrl") ?? "", /^https:/);
  assert.equal(named.documents[1]?.fields.get("Digits"), "");
  const unnamed = await call("", [twiml("<Record/>"), BYE]);
  assert.equal(unnamed.documents[1]?.path, `${ROUTE}/voice`);
});

Deno.test("an empty recording falls through to the next verb", async () => {
  const { documents, transcript } = await call("", [twiml(`<Record/>`, "<Say>Nothing?</Say>")], {
    speakSeconds: 0,
  });
  assert.equal(documents.length, 1);
  assert.deepEqual(story(transcript.entries), ["dialled", "recorded", "said", "ended"]);
});

Deno.test("a recording is no longer than it may be", async () => {
  const { documents } = await call("", [twiml(`<Record maxLength="2"/>`), BYE], {
    speakSeconds: 60,
  });
  assert.equal(documents[1]?.fields.get("RecordingDuration"), "2");
});

Deno.test("hanging up during a recording hands it over and ends the call", async () => {
  const { documents, transcript } = await call("h", [
    twiml(`<Record action="recorded"/>`),
    twiml("<Say>never heard</Say>"),
  ]);
  assert.equal(documents[1]?.fields.get("Digits"), "hangup");
  assert.equal(documents[1]?.fields.get("CallStatus"), "completed");
  assert.equal(transcript.ended_by, "caller");
  assert.deepEqual(story(transcript.entries), ["dialled", "recorded", "ended"]);
});

Deno.test("hanging up at a gather makes no request but the last report", async () => {
  const { documents, reports, transcript } = await call("h", [twiml(MENU)]);
  assert.equal(documents.length, 1);
  assert.equal(transcript.ended_by, "caller");
  assert.equal(transcript.ok, true);
  assert.equal(reports[0]?.fields.get("CallStatus"), "completed");
});

Deno.test("a rejected call ends as busy or unanswered, without a word", async () => {
  const busy = await call("", [twiml(`<Reject reason="busy"/>`, "<Say>never</Say>")]);
  assert.equal(busy.transcript.ended_by, "rejected");
  assert.equal(busy.reports[0]?.fields.get("CallStatus"), "busy");
  const refused = await call("", [twiml("<Reject/>")]);
  assert.equal(refused.reports[0]?.fields.get("CallStatus"), "no-answer");
});

Deno.test("a call that was answered can no longer be rejected, only ended", async () => {
  const late = await call("", [twiml("<Say>Hello</Say>", `<Reject reason="busy"/>`)]);
  assert.equal(late.transcript.ended_by, "menu");
  assert.equal(late.reports[0]?.fields.get("CallStatus"), "completed");
  const second = await call("1", [twiml(MENU), twiml("<Reject/>")]);
  assert.equal(second.transcript.ended_by, "menu");
});

Deno.test("the end is reported once, with how long the call lasted", async () => {
  const { reports, transcript } = await call("", [
    twiml(`<Pause length="70"/>`, `<Gather timeout="10"/>`),
  ]);
  assert.equal(reports.length, 1);
  assert.equal(reports[0]?.path, `${ROUTE}/status`);
  assert.equal(reports[0]?.fields.get("CallStatus"), "completed");
  assert.equal(reports[0]?.fields.get("CallDuration"), "80");
  assert.equal(reports[0]?.fields.get("SequenceNumber"), "0");
  assert.equal(transcript.seconds, 80);
});

Deno.test("progress is reported in order where it is asked for", async () => {
  const { received } = await call("1", [twiml(MENU), BYE], { progress: true });
  assert.deepEqual(
    received.map(({ path, fields }) => [
      path.split("/").at(-1)?.split("?")[0],
      fields.get("CallStatus"),
      fields.get("SequenceNumber"),
    ]),
    [
      ["status", "initiated", "0"],
      ["status", "ringing", "1"],
      ["voice", "ringing", null],
      ["status", "in-progress", "2"],
      ["turn", "in-progress", null],
      ["status", "completed", "3"],
    ],
  );
});

Deno.test("entries are told as they happen, in the order of the transcript", async () => {
  const told: Entry[] = [];
  const { transcript } = await call("2", [twiml(MENU), BYE], {
    onEntry: (entry) => told.push(entry),
  });
  assert.deepEqual(told, transcript.entries);
});

Deno.test("the time-out starts after the prompts, and anew after every key", async () => {
  const waits: number[] = [];
  const keys = ["1", "2"];
  await call("", [twiml(`<Gather timeout="4"><Say>${"x".repeat(140)}</Say></Gather>`), BYE], {
    caller: {
      ...scriptedCaller([]),
      press({ seconds }) {
        waits.push(seconds);
        const key = keys.shift();
        return Promise.resolve(key === undefined ? { did: "silence" } : { did: "key", key });
      },
    },
  });
  assert.deepEqual(waits, [14, 4, 4]);
});

Deno.test("a scripted call takes no time, though its silences cost the caller seconds", async () => {
  const started = performance.now();
  const { transcript } = await call("", [twiml(`<Gather timeout="3600"/>`)]);
  assert.equal(transcript.seconds, 3600);
  assert.ok(performance.now() - started < 5_000);
});

Deno.test("the transcript never holds a step token", async () => {
  const { transcript } = await call("1", [twiml(MENU), BYE], { progress: true });
  assert.ok(!JSON.stringify(transcript).includes("token"));
  assert.ok(!JSON.stringify(transcript).includes(LINE.authToken));
});

Deno.test("requests are signed for the public address and sent to where the stack is", async () => {
  const publicUrl = "https://demo.example/functions/v1";
  const line = { ...LINE, publicUrl };
  const { received, transcript } = await call("1", [
    twiml(`<Gather numDigits="1" action="${publicUrl}/ivr/next"/>`),
    BYE,
  ], { line });
  assert.equal(transcript.ok, true);
  for (const { url, signed } of received) {
    assert.ok(url.startsWith(`${LINE.url}/functions/v1/ivr/`), url);
    assert.ok(signed, url);
  }
});

Deno.test("a real-time call lasts as long as the clock says", async () => {
  let time = Date.UTC(2026, 0, 1);
  const { transcript, reports } = await call("", [BYE], {
    caller: { ...scriptedCaller([]), realTime: true },
    now: () => new Date(time),
    onEntry: (entry) => {
      if (entry.kind === "said") time += 42_000;
    },
  });
  assert.equal(transcript.seconds, 42);
  assert.equal(reports[0]?.fields.get("CallDuration"), "42");
  assert.equal(reports[0]?.fields.get("Timestamp"), "Thu, 01 Jan 2026 00:00:42 +0000");
});

Deno.test("a call that goes round in circles is ended", async () => {
  const { transcript, documents } = await call("", {
    voice: twiml("<Redirect>voice</Redirect>"),
  });
  assert.equal(documents.length, MOST_DOCUMENTS);
  assert.equal(transcript.turns, MOST_DOCUMENTS);
  assert.equal(transcript.error?.code, "too_many_documents");
  assert.equal(transcript.ended_by, "failure");
});

const problem = (status: number, code: string, detail?: string) => () =>
  new Response(JSON.stringify({ status, code, title: "x", detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

Deno.test("a refused signature fails the call and says so", async () => {
  const { transcript } = await call("", [problem(403, "invalid_signature")]);
  assert.equal(transcript.ok, false);
  assert.equal(transcript.ended_by, "failure");
  assert.equal(transcript.turns, 0);
  assert.equal(transcript.error?.code, "signature_refused");
});

Deno.test("any answer but a 2xx fails the call with the problem's own words", async () => {
  const cases: [() => Response, RegExp][] = [
    [problem(404, "unknown_number", "No menu answers +1"), /404 unknown_number: No menu answers/],
    [problem(503, "database_unavailable"), /503 database_unavailable$/],
    [() => new Response("oops", { status: 500 }), /answered 500$/],
    [() => new Response(null, { status: 302, headers: { location: "/x" } }), /answered 302$/],
    [() => new Response(twiml(), { status: 403 }), /answered 403$/],
  ];
  for (const [answer, message] of cases) {
    const { transcript } = await call("", [answer]);
    assert.equal(transcript.error?.code, "bad_status");
    assert.match(transcript.error?.message ?? "", message);
  }
});

Deno.test("a failure in the middle of a call is reported as its end all the same", async () => {
  const { transcript, reports } = await call("1", [twiml(MENU), problem(500, "internal_error")]);
  assert.equal(transcript.turns, 1);
  assert.equal(transcript.ok, false);
  assert.equal(reports.length, 1);
  assert.deepEqual(story(transcript.entries), ["dialled", "said", "pressed", "failed", "ended"]);
});

Deno.test("a reply that is no TwiML fails the call", async () => {
  const cases: [() => Response, string][] = [
    [() => xml("<Response><Say>a & b</Say></Response>"), "unparsable"],
    [() => xml(""), "unparsable"],
    [() => xml(twiml(), "text/html"), "bad_content_type"],
    [() => Response.json({ ok: true }), "bad_content_type"],
    [() => xml(twiml(`<Say>${"x".repeat(70_000)}</Say>`)), "too_large"],
    [() => xml(new Uint8Array([0x3c, 0xff, 0x3e])), "unparsable"],
    [() => xml(twiml("<Redirect>ftp://x</Redirect>")), "bad_address"],
  ];
  for (const [answer, code] of cases) {
    const { transcript } = await call("", [answer]);
    assert.equal(transcript.ok, false);
    assert.equal(transcript.error?.code, code);
  }
});

Deno.test("an apology is heard to its end, but the call has failed", async () => {
  const apology = () =>
    new Response(twiml("<Say>Sorry</Say>", "<Hangup/>"), {
      headers: { "content-type": "text/xml", "x-problem-code": "menu_not_published" },
    });
  const { transcript, reports } = await call("", [apology]);
  assert.deepEqual(story(transcript.entries), ["dialled", "failed", "said", "ended"]);
  assert.equal(transcript.ended_by, "menu");
  assert.equal(transcript.ok, false);
  assert.equal(transcript.error?.code, "apologised");
  assert.match(transcript.error?.message ?? "", /menu_not_published$/);
  assert.equal(reports[0]?.fields.get("CallStatus"), "completed");
});

Deno.test("a refused status callback fails a call that otherwise went well", async () => {
  const { transcript } = await call("", { voice: BYE, status: problem(500, "internal_error") });
  assert.equal(transcript.ended_by, "menu");
  assert.equal(transcript.ok, false);
  assert.equal(transcript.error?.code, "status_callback_refused");
});

Deno.test("what failed first is what the call failed of", async () => {
  const { transcript, reports } = await call("", {
    voice: problem(404, "unknown_number"),
    status: problem(500, "internal_error"),
  });
  assert.equal(reports.length, 1);
  assert.equal(transcript.error?.code, "bad_status");
  assert.deepEqual(story(transcript.entries), ["dialled", "failed", "ended"]);
});

Deno.test("a stack that is not there fails the call in one sentence, and is not tried again", async () => {
  let tries = 0;
  const { transcript } = await call("", [], {
    fetch: () => {
      tries += 1;
      return Promise.reject(new TypeError("connection refused"));
    },
  });
  assert.equal(tries, 1);
  assert.equal(transcript.error?.code, "unreachable");
  assert.match(transcript.error?.message ?? "", /^Nobody answers at http:\/\/127\.0\.0\.1:54321/);
});

Deno.test("a stack that is too slow fails the call", async () => {
  const { transcript } = await call("", [], {
    fetch: () => Promise.reject(new DOMException("signal timed out", "TimeoutError")),
  });
  assert.equal(transcript.error?.code, "timed_out");
});

Deno.test("a fault of the phone itself is thrown, not reported as the stack's", async () => {
  for (const kind of ["dialled", "fetched", "said", "ended", "reported"] as const) {
    await assert.rejects(
      call("", [BYE], {
        onEntry: (entry) => {
          if (entry.kind === kind) throw new RangeError("The printer is out of paper");
        },
      }),
      RangeError,
      kind,
    );
  }
});
