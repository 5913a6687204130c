import assert from "node:assert/strict";
import {
  collect,
  follow,
  lengthOf,
  NOTHING_COLLECTED,
  type Outcome,
  walk,
} from "#local/phone/interpreter.ts";
import type {
  CallDocument,
  DialVerb,
  GatherVerb,
  Prompt,
  RecordVerb,
  Verb,
} from "#local/phone/verbs.ts";

const action = { url: "https://example.com/next", method: "POST" } as const;

function gather(changes: Partial<GatherVerb> = {}): GatherVerb {
  return {
    verb: "gather",
    prompts: [],
    keypad: true,
    numDigits: undefined,
    finishOnKey: "#",
    timeoutSeconds: 5,
    action,
    submitEmpty: false,
    ...changes,
  };
}

function say(text: string, loop = 1): Prompt {
  return { verb: "say", text, language: undefined, voice: undefined, loop };
}

function document(...verbs: Verb[]): CallDocument {
  return { verbs, warnings: [] };
}

/** Presses keys one after the other; a dot is the silence that ends the gather. */
function press(verb: GatherVerb, keys: string) {
  return [...keys].reduce(
    (so, key) => collect(verb, so, key === "." ? undefined : key),
    NOTHING_COLLECTED,
  );
}

Deno.test("a gather is over when it has as many keys as it asked for", () => {
  assert.deepEqual(press(gather({ numDigits: 2 }), "1"), {
    digits: "1",
    finishedOnKey: "",
    done: false,
  });
  assert.deepEqual(press(gather({ numDigits: 2 }), "12"), {
    digits: "12",
    finishedOnKey: "",
    done: true,
  });
});

Deno.test("a gather takes no key after it is over", () => {
  assert.equal(press(gather({ numDigits: 1 }), "12").digits, "1");
  assert.equal(press(gather(), "1#2").digits, "1");
  assert.equal(press(gather(), "1.2").digits, "1");
});

Deno.test("the finish key ends a gather and is not one of its digits", () => {
  assert.deepEqual(press(gather(), "12#"), { digits: "12", finishedOnKey: "#", done: true });
  assert.deepEqual(press(gather({ finishOnKey: "*" }), "1#*"), {
    digits: "1#",
    finishedOnKey: "*",
    done: true,
  });
  assert.deepEqual(press(gather({ finishOnKey: "9" }), "19"), {
    digits: "1",
    finishedOnKey: "9",
    done: true,
  });
});

Deno.test("an empty finish key makes every key a digit", () => {
  assert.deepEqual(press(gather({ finishOnKey: "", numDigits: 3 }), "1#*"), {
    digits: "1#*",
    finishedOnKey: "",
    done: true,
  });
});

Deno.test("the fourth column of keys are digits like any other", () => {
  assert.equal(press(gather({ numDigits: 4 }), "ABCD").digits, "ABCD");
});

Deno.test("keys mean nothing to a gather that takes speech only", () => {
  assert.deepEqual(press(gather({ keypad: false, numDigits: 1 }), "1#."), {
    digits: "",
    finishedOnKey: "",
    done: true,
  });
});

Deno.test("silence ends a gather with the keys it has", () => {
  assert.deepEqual(press(gather({ numDigits: 4 }), "12."), {
    digits: "12",
    finishedOnKey: "",
    done: true,
  });
});

const gathered = (digits: string, finishedOnKey = ""): Outcome => ({
  of: "gather",
  digits,
  finishedOnKey,
});

Deno.test("a gather with digits goes to its action, also with too few of them", () => {
  assert.equal(follow(gather({ numDigits: 4 }), gathered("1")), action);
});

Deno.test("a gather with nothing, or with the finish key alone, falls through", () => {
  assert.equal(follow(gather(), gathered("")), undefined);
  assert.equal(follow(gather(), gathered("", "#")), undefined);
});

Deno.test("a gather that wants empty results goes to its action with nothing", () => {
  assert.equal(follow(gather({ submitEmpty: true }), gathered("")), action);
  assert.equal(follow(gather({ submitEmpty: true }), gathered("", "#")), action);
});

Deno.test("a transfer goes to its action whatever came of it, and falls through without one", () => {
  const dial: DialVerb = { verb: "dial", destinations: [], timeoutSeconds: 30, action };
  for (const status of ["completed", "busy", "no-answer", "failed"] as const) {
    const outcome: Outcome = { of: "dial", status, id: "CA1", seconds: 0 };
    assert.equal(follow(dial, outcome), action);
    assert.equal(follow({ ...dial, action: undefined }, outcome), undefined);
  }
});

Deno.test("a recording goes to its action, but an empty one falls through", () => {
  const record: RecordVerb = {
    verb: "record",
    finishOnKey: "#",
    timeoutSeconds: 5,
    maxLengthSeconds: 60,
    action,
    announce: undefined,
  };
  const recorded = (seconds: number): Outcome => ({ of: "record", id: "RE1", seconds, digits: "" });
  assert.equal(follow(record, recorded(2)), action);
  assert.equal(follow(record, recorded(0)), undefined);
});

Deno.test("walking collects what is heard up to the first verb that waits", () => {
  const verb = gather();
  const passage = walk(document(say("one"), { verb: "pause", seconds: 2 }, verb, say("two")));
  assert.deepEqual(passage.heard, [say("one"), { verb: "pause", seconds: 2 }]);
  assert.deepEqual(passage.cue, { cue: "await", verb });
  assert.equal(passage.next, 3);
});

Deno.test("walking goes on where it is told to", () => {
  const passage = walk(document(gather(), say("two"), { verb: "hangup" }, say("three")), 1);
  assert.deepEqual(passage.heard, [say("two")]);
  assert.deepEqual(passage.cue, { cue: "end", by: "menu" });
});

Deno.test("verbs after a redirect, a hangup or a rejection are never reached", () => {
  const ends: Verb[] = [
    { verb: "redirect", target: action },
    { verb: "hangup" },
    { verb: "reject", reason: "busy" },
  ];
  for (const verb of ends) assert.deepEqual(walk(document(verb, say("never"))).heard, []);
});

Deno.test("a document that runs out ends the call", () => {
  assert.deepEqual(walk(document()).cue, { cue: "end", by: "end_of_document" });
  assert.deepEqual(walk(document(say("bye"))).cue, { cue: "end", by: "end_of_document" });
  assert.deepEqual(walk(document(gather()), 1).cue, { cue: "end", by: "end_of_document" });
});

Deno.test("a prompt that repeats for ever ends only when the caller hangs up", () => {
  const passage = walk(document(say("again", 0), { verb: "hangup" }));
  assert.deepEqual(passage.heard, [say("again", 0)]);
  assert.deepEqual(passage.cue, { cue: "end", by: "caller" });
});

Deno.test("the length of a prompt grows with its text and its repetitions", () => {
  assert.equal(lengthOf(say("")), 0);
  assert.equal(lengthOf(say("x".repeat(140))), 10);
  assert.equal(lengthOf(say("x".repeat(140), 3)), 30);
  assert.equal(lengthOf({ verb: "pause", seconds: 7 }), 7);
  assert.equal(lengthOf({ verb: "tones", digits: "12" }), 1);
});
