import assert from "node:assert/strict";
import { parseTwiml } from "#local/phone/dialects/twiml.ts";
import { CallFailure } from "#local/phone/failure.ts";
import type { Verb } from "#local/phone/verbs.ts";
import { twiml } from "./fake_stack.ts";

const HERE = "https://example.com/functions/v1/ivr/turn?token=a%2Fb&token=c";

/** The first verb of a document. */
function first(...verbs: string[]): Verb {
  const [verb] = parseTwiml(twiml(...verbs), HERE).verbs;
  assert.ok(verb !== undefined);
  return verb;
}

function failsAs(code: CallFailure["code"], text: string) {
  assert.throws(
    () => parseTwiml(text, HERE),
    (error) => error instanceof CallFailure && error.code === code,
    text,
  );
}

Deno.test("a gather has the defaults that Twilio documents", () => {
  assert.deepEqual(first("<Gather/>"), {
    verb: "gather",
    prompts: [],
    keypad: true,
    numDigits: undefined,
    finishOnKey: "#",
    timeoutSeconds: 5,
    action: { url: HERE, method: "POST" },
    submitEmpty: false,
  });
});

Deno.test("a gather is read with all that it says", () => {
  assert.deepEqual(
    first(
      `<Gather input="dtmf speech" numDigits="4" finishOnKey="*" timeout="7" method="GET"`,
      ` action="next" actionOnEmptyResult="true" bargeIn="false" hints="one, two">`,
      `<Say language="de-DE" voice="alice">Hallo</Say><Play loop="2">/hold.mp3</Play><Pause/>`,
      `</Gather>`,
    ),
    {
      verb: "gather",
      prompts: [
        { verb: "say", text: "Hallo", language: "de-DE", voice: "alice", loop: 1 },
        { verb: "play", source: "https://example.com/hold.mp3", loop: 2 },
        { verb: "pause", seconds: 1 },
      ],
      keypad: true,
      numDigits: 4,
      finishOnKey: "*",
      timeoutSeconds: 7,
      action: { url: "https://example.com/functions/v1/ivr/next", method: "GET" },
      submitEmpty: true,
    },
  );
});

Deno.test("an empty finish key means that no key finishes", () => {
  const verb = first(`<Gather finishOnKey=""/>`);
  assert.ok(verb.verb === "gather");
  assert.equal(verb.finishOnKey, "");
});

Deno.test("addresses resolve against the current document", () => {
  const cases: [string, string][] = [
    ["", HERE],
    ["next", "https://example.com/functions/v1/ivr/next"],
    ["../other", "https://example.com/functions/v1/other"],
    ["/root", "https://example.com/root"],
    ["?token=d", "https://example.com/functions/v1/ivr/turn?token=d"],
    ["//other.example/x", "https://other.example/x"],
    ["http://other.example:8080/x?y=1#z", "http://other.example:8080/x?y=1"],
    [" \n next \n ", "https://example.com/functions/v1/ivr/next"],
  ];
  for (const [address, url] of cases) {
    assert.deepEqual(first(`<Redirect>${address}</Redirect>`), {
      verb: "redirect",
      target: { url, method: "POST" },
    });
  }
});

Deno.test("an address that is not of the web ends the call", () => {
  for (const address of ["tel:+15550100", "javascript:1", "http://", "file:///etc/passwd"]) {
    failsAs("bad_address", twiml(`<Redirect>${address}</Redirect>`));
    failsAs("bad_address", twiml(`<Gather action="${address}"/>`));
  }
});

Deno.test("a transfer is read from its nouns or its text", () => {
  const action = { url: "https://example.com/functions/v1/ivr/done", method: "POST" };
  assert.deepEqual(first(`<Dial>+15550100</Dial>`), {
    verb: "dial",
    destinations: [{ kind: "number", address: "+15550100" }],
    timeoutSeconds: 30,
    action: undefined,
  });
  assert.deepEqual(
    first(
      `<Dial action="done" timeout="10" callerId="+1555" hangupOnStar="true">`,
      `<Number>+15550101</Number><Sip>sip:a@b.example;transport=tcp</Sip><Queue>help</Queue></Dial>`,
    ),
    {
      verb: "dial",
      destinations: [
        { kind: "number", address: "+15550101" },
        { kind: "sip", address: "sip:a@b.example;transport=tcp" },
        { kind: "queue", address: "help" },
      ],
      timeoutSeconds: 10,
      action,
    },
  );
});

Deno.test("a queue is read from its text or its workflow", () => {
  assert.deepEqual(first(`<Enqueue waitUrl="/hold">support</Enqueue>`), {
    verb: "enqueue",
    queue: "support",
    action: undefined,
  });
  const verb = first(`<Enqueue workflowSid="WW1" action="left"><Task>{}</Task></Enqueue>`);
  assert.ok(verb.verb === "enqueue");
  assert.equal(verb.queue, "WW1");
});

Deno.test("a recording has the defaults that Twilio documents", () => {
  assert.deepEqual(first("<Record/>"), {
    verb: "record",
    finishOnKey: "1234567890*#",
    timeoutSeconds: 5,
    maxLengthSeconds: 3600,
    action: { url: HERE, method: "POST" },
    announce: undefined,
  });
});

Deno.test("text is unescaped once and its white space collapsed", () => {
  const verb = first("<Say>\n  a &amp; b &lt;c&gt; &#233; &amp;lt;\n  <![CDATA[<d & e>]]> </Say>");
  assert.ok(verb.verb === "say");
  assert.equal(verb.text, "a & b <c> é &lt; <d & e>");
});

Deno.test("comments are ignored, and markup inside of speech is spoken", () => {
  const verb = first(`<!-- <Hangup/> --><Say>one <break time="1s"/><emphasis>two</emphasis></Say>`);
  assert.ok(verb.verb === "say");
  assert.equal(verb.text, "one two");
});

Deno.test("what Twilio warns about is a warning and does not end the call", () => {
  const cases: [string, string, number][] = [
    ["<Shout>x</Shout>", "12200", 0],
    ["<say>x</say>", "12200", 0],
    [`<Say colour="red">x</Say>`, "12200", 1],
    ["loose text", "12200", 0],
    ["<Gather>loose text</Gather>", "12200", 1],
    ["<Gather><Dial>1</Dial></Gather>", "12200", 1],
    [`<Gather><Say loop="0">x</Say></Gather>`, "12200", 1],
    [`<Gather numDigits="0"/>`, "13314", 1],
    [`<Gather numDigits="many"/>`, "13314", 1],
    [`<Gather timeout="-1"/>`, "13313", 1],
    [`<Gather timeout="1.5"/>`, "13313", 1],
    [`<Gather finishOnKey="##"/>`, "13310", 1],
    [`<Gather finishOnKey="A"/>`, "13310", 1],
    [`<Gather method="PUT"/>`, "12200", 1],
    [`<Gather input="speech"/>`, "speech", 1],
    ["<Say/>", "13520", 1],
    [`<Say>${"x".repeat(4097)}</Say>`, "13520", 1],
    ["<Play/>", "13420", 0],
    ["<Dial/>", "13223", 1],
    [`<Dial timeout="0">1</Dial>`, "13212", 1],
    ["<Dial><Robot>1</Robot></Dial>", "12200", 1],
    [`<Record maxLength="1"/>`, "13611", 1],
  ];
  for (const [verb, code, verbs] of cases) {
    const document = parseTwiml(twiml(verb), HERE);
    assert.equal(document.warnings[0]?.code, code, verb);
    assert.equal(document.verbs.length, verbs, verb);
  }
});

Deno.test("a document without faults has no warnings", () => {
  const document = parseTwiml(
    twiml(
      `<Say voice="alice" language="en-GB" loop="2">Hello</Say>`,
      `<Gather input="dtmf" numDigits="1" timeout="5" finishOnKey="" action="/a" method="POST"`,
      ` actionOnEmptyResult="false"><Say>Press</Say></Gather>`,
      `<Play digits="1w2"/><Pause length="2"/><Redirect method="GET">/b</Redirect>`,
    ),
    HERE,
  );
  assert.deepEqual(document.warnings, []);
});

Deno.test("a value out of range is replaced by its default", () => {
  const verb = first(`<Gather numDigits="0" timeout="soon" finishOnKey="12" method="PATCH"/>`);
  assert.deepEqual(verb, first("<Gather/>"));
});

Deno.test("anything that is not well-formed ends the call", () => {
  const bodies = [
    "",
    " ",
    "hello",
    `{"ok":true}`,
    "<Response>",
    "<Response></response>",
    "<Response><Say>a & b</Say></Response>",
    "<Response><Say>a &nbsp; b</Say></Response>",
    "<Response><Say>a ]]> b</Say></Response>",
    "<Response><Say>a < b</Say></Response>",
    "<Response><Say>a\u0001b</Say></Response>",
    "<Response><Say>a&#1;b</Say></Response>",
    "<Response><Say>a&#x110000;b</Say></Response>",
    "<Response><Say>a\ufffeb</Say></Response>",
    "<Response><Say>\ud83d</Say></Response>",
    "<Response><Say loop=1>a</Say></Response>",
    `<Response><Say loop="1" loop="2">a</Say></Response>`,
    `<Response><Say voice="a<b">a</Say></Response>`,
    `<Response><Say voice="a&b">a</Say></Response>`,
    "<Response/><Response/>",
    "<Response/>tail",
    ` <?xml version="1.0"?><Response/>`,
    `<!DOCTYPE x [<!ENTITY e "x">]><Response/>`,
    "<Other/>",
    "<response/>",
  ];
  for (const body of bodies) failsAs("unparsable", body);
});

Deno.test("an ampersand inside CDATA or a comment is no fault", () => {
  assert.equal(first("<!-- a & b ]]> --><Say><![CDATA[a & b]]></Say>").verb, "say");
});
