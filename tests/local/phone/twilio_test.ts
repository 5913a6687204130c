import assert from "node:assert/strict";
import twilio from "twilio";
import type { CallLeg, Fields, StatusReport } from "#local/phone/dialect.ts";
import { twilio as dialect, twilioSignature } from "#local/phone/dialects/twilio.ts";
import { CallFailure } from "#local/phone/failure.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

const LEG: CallLeg = {
  id: "CA00000000000000000000000000000001",
  account: undefined,
  from: "+15550100199",
  to: "+15550100100",
  extra: [],
};

/** The fields as the SDK takes them: repeated names become arrays. */
function forSdk(fields: Fields): Record<string, string | string[]> {
  const params: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    const before = params[name];
    if (before === undefined) params[name] = value;
    else params[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  return params;
}

Deno.test("a signature is the one that the official SDK computes", () => {
  const urls = [
    "https://example.com/voice",
    "https://example.com:443/voice",
    "http://127.0.0.1:54321/functions/v1/ivr/twilio/x/turn?token=a.b-c_d",
    "https://example.com/voice?a=1&a=2&b=%20%2F&c=",
    "https://user:pass@example.com/voice?%C3%A9=%E2%98%8E",
    "https://example.com",
    "https://example.com/voice?",
  ];
  const fieldSets: Fields[] = [
    [],
    [["Digits", ""]],
    [["Digits", "1#"], ["CallSid", "CA1"]],
    [["b", "2"], ["a", "1"], ["B", "3"], ["A", "4"], ["_", "5"], ["1", "6"]],
    [["a", "2"], ["a", "3"], ["a", "1"], ["a", "2"], ["a", ""]],
    [["CallerName", "Zoë 🙂 Müller\n& Söhne="], ["é", "ü"], ["日本", "語"]],
    [["x", "a+b c%20"], ["xy", ""], ["x y", "z"]],
  ];
  for (const url of urls) {
    for (const fields of fieldSets) {
      assert.equal(
        twilioSignature(TOKEN, url, fields),
        twilio.getExpectedTwilioSignature(TOKEN, url, forSdk(fields)),
        `${url} ${JSON.stringify(fields)}`,
      );
    }
  }
});

Deno.test("a changed address, field or token changes the signature", () => {
  const base = twilioSignature(TOKEN, "https://example.com/a", [["Digits", "1"]]);
  assert.notEqual(base, twilioSignature(TOKEN, "https://example.com/b", [["Digits", "1"]]));
  assert.notEqual(base, twilioSignature(TOKEN, "https://example.com/a", [["Digits", "2"]]));
  assert.notEqual(base, twilioSignature(`${TOKEN}0`, "https://example.com/a", [["Digits", "1"]]));
});

Deno.test("a post carries its fields as a form that decodes to what was signed", () => {
  const fields: Fields = [["CallerName", "Zoë & Söhne +1"], ["a", "2"], ["a", "1"], ["Digits", ""]];
  const request = dialect.sign(
    { url: "https://example.com/v?x=%2F", method: "POST" },
    fields,
    TOKEN,
  );
  assert.equal(request.method, "POST");
  assert.match(request.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded\b/);
  assert.deepEqual([...new URLSearchParams(request.body)], fields);
  assert.ok(twilio.validateRequest(
    TOKEN,
    request.headers["x-twilio-signature"] ?? "",
    "https://example.com/v?x=%2F",
    forSdk(fields),
  ));
});

Deno.test("a get carries its fields in the address, which alone is signed", () => {
  for (const url of ["https://example.com/v", "https://example.com/v?x=%2F"]) {
    const request = dialect.sign({ url, method: "GET" }, [["Digits", "1 2"], ["é", "ü"]], TOKEN);
    assert.equal(request.body, undefined);
    assert.ok(request.url.startsWith(url));
    assert.equal(new URL(request.url).searchParams.get("Digits"), "1 2");
    assert.equal(new URL(request.url).searchParams.get("é"), "ü");
    assert.ok(twilio.validateRequest(
      TOKEN,
      request.headers["x-twilio-signature"] ?? "",
      request.url,
      {},
    ));
  }
});

Deno.test("a request names the call as Twilio does", () => {
  const fields = new Map(dialect.fields(LEG, "ringing"));
  assert.equal(fields.get("CallSid"), LEG.id);
  assert.match(fields.get("AccountSid") ?? "", /^AC[0-9a-f]{32}$/);
  assert.equal(fields.get("From"), LEG.from);
  assert.equal(fields.get("Caller"), LEG.from);
  assert.equal(fields.get("To"), LEG.to);
  assert.equal(fields.get("Called"), LEG.to);
  assert.equal(fields.get("CallStatus"), "ringing");
  assert.equal(fields.get("Direction"), "inbound");
  assert.equal(fields.get("ApiVersion"), "2010-04-01");
  assert.equal(fields.get("FromCountry"), "US");
  for (const prefix of ["From", "Caller", "To", "Called"]) {
    for (const part of ["City", "State", "Zip", "Country"]) {
      assert.ok(fields.has(prefix + part), prefix + part);
    }
  }
});

Deno.test("identifiers are of Twilio's shape and never the same", () => {
  for (const [kind, prefix] of [["call", "CA"], ["queue", "QU"], ["recording", "RE"]] as const) {
    assert.match(dialect.newId(kind), new RegExp(`^${prefix}[0-9a-f]{32}$`));
    assert.notEqual(dialect.newId(kind), dialect.newId(kind));
  }
});

Deno.test("fields that are asked for replace those of the phone", () => {
  const leg: CallLeg = {
    ...LEG,
    account: "AC1",
    extra: [["FromCity", "KÖLN"], ["SipHeader_X", "1"], ["SipHeader_X", "2"]],
  };
  const fields = dialect.fields(leg, "in-progress");
  assert.deepEqual(fields.filter(([name]) => name === "FromCity"), [["FromCity", "KÖLN"]]);
  assert.deepEqual(fields.filter(([name]) => name === "AccountSid"), [["AccountSid", "AC1"]]);
  assert.equal(fields.filter(([name]) => name === "SipHeader_X").length, 2);
});

Deno.test("what a verb came to is told in Twilio's words", () => {
  const told = (before: Parameters<typeof dialect.fields>[2]) =>
    Object.fromEntries(
      dialect.fields(LEG, "in-progress", before)
        .filter(([name]) => /^(Dial|Digits|Finished|Queue|Recording|msg)/.test(name)),
    );
  assert.deepEqual(told(undefined), {});
  assert.deepEqual(told({ of: "gather", digits: "12", finishedOnKey: "#" }), {
    msg: "Gather End",
    Digits: "12",
    FinishedOnKey: "#",
  });
  assert.deepEqual(told({ of: "dial", status: "completed", id: "CA2", seconds: 30 }), {
    DialCallStatus: "completed",
    DialCallSid: "CA2",
    DialCallDuration: "30",
    DialBridged: "true",
  });
  assert.deepEqual(told({ of: "dial", status: "busy", id: "CA2", seconds: 0 }), {
    DialCallStatus: "busy",
    DialCallSid: "CA2",
    DialBridged: "false",
  });
  assert.deepEqual(told({ of: "enqueue", result: "bridged", id: "QU1", seconds: 12 }), {
    QueueResult: "bridged",
    QueueSid: "QU1",
    QueueTime: "12",
  });
  const recorded = told({ of: "record", id: "RE1", seconds: 4, digits: "hangup" });
  assert.equal(recorded.RecordingDuration, "4");
  assert.equal(recorded.RecordingSid, "RE1");
  assert.equal(recorded.Digits, "hangup");
  assert.match(recorded.RecordingUrl ?? "", /^https:\/\/api\.twilio\.com\/.*\/Recordings\/RE1$/);
});

Deno.test("a status callback counts from 0 and tells the time as RFC 2822", () => {
  const report: StatusReport = {
    progress: "ended",
    sequence: 3,
    at: new Date(Date.UTC(2026, 2, 5, 4, 5, 6)),
    seconds: 61,
    endedBy: "menu",
    busy: false,
  };
  const fields = new Map(dialect.status(LEG, report));
  assert.equal(fields.get("CallStatus"), "completed");
  assert.equal(fields.get("SequenceNumber"), "3");
  assert.equal(fields.get("Timestamp"), "Thu, 05 Mar 2026 04:05:06 +0000");
  assert.equal(fields.get("CallbackSource"), "call-progress-events");
  assert.equal(fields.get("CallDuration"), "61");
  assert.equal(fields.get("Duration"), "2");
  const names = (["initiated", "ringing", "answered"] as const).map((progress) =>
    dialect.statusName({ ...report, progress })
  );
  assert.deepEqual(names, ["initiated", "ringing", "in-progress"]);
  assert.equal(dialect.statusName({ ...report, endedBy: "rejected" }), "no-answer");
  assert.equal(dialect.statusName({ ...report, endedBy: "rejected", busy: true }), "busy");
  assert.ok(!new Map(dialect.status(LEG, { ...report, progress: "ringing" })).has("CallDuration"));
});

Deno.test("a reply that Twilio would not run ends the call", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const code = (contentType: string, body: Uint8Array) => {
    try {
      dialect.read(
        { status: 200, contentType, body, problemCode: undefined },
        "https://example.com/v",
      );
      return "understood";
    } catch (error) {
      if (error instanceof CallFailure) return error.code;
      throw error;
    }
  };
  assert.equal(code("text/xml", bytes("<Response/>")), "understood");
  assert.equal(code("Application/XML; charset=utf-8", bytes("<Response/>")), "understood");
  assert.equal(code("text/html", bytes("<Response/>")), "bad_content_type");
  assert.equal(code("text/plain", bytes("<Response/>")), "bad_content_type");
  assert.equal(code("", bytes("<Response/>")), "bad_content_type");
  const latin1 = bytes("<Response><Say>Caf?</Say></Response>").map((byte) =>
    byte === 0x3f ? 0xe9 : byte
  );
  assert.equal(code("text/xml", latin1), "unparsable");
  const long = (length: number) =>
    bytes(`<Response><Say>${"x".repeat(length - 32)}</Say></Response>`);
  assert.equal(long(65536).byteLength, 65536);
  assert.equal(code("text/xml", long(65536)), "understood");
  assert.equal(code("text/xml", long(65537)), "too_large");
});
