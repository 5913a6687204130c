import type { Caller } from "./caller.ts";
import type { Dialect } from "./dialect.ts";
import {
  collect,
  type DialStatus,
  lengthOf,
  NOTHING_COLLECTED,
  type OpenVerb,
  type Outcome,
} from "./interpreter.ts";
import type { Journal } from "./journal.ts";
import type { DialVerb, EnqueueVerb, GatherVerb, RecordVerb } from "./verbs.ts";

/** Who and what decides the outcome of a verb. */
export interface Scene {
  caller: Caller;
  journal: Journal;
  dialect: Dialect;
  /** What transfers come to. */
  dial: DialStatus;
}

// Nobody is really transferred or queued; these are the lengths that a provider might report.
const TALK_SECONDS = 30;
const QUEUE_SECONDS = 12;

/** Lets the caller, or the world at the other end, decide what a verb comes to. */
export function settle(verb: OpenVerb, scene: Scene): Promise<Outcome | "hangup"> {
  switch (verb.verb) {
    case "gather":
      return gather(verb, scene);
    case "dial":
      return Promise.resolve(transfer(verb, scene));
    case "enqueue":
      return Promise.resolve(enqueue(verb, scene));
    case "record":
      return record(verb, scene);
  }
}

async function gather(verb: GatherVerb, { caller, journal }: Scene): Promise<Outcome | "hangup"> {
  for (const prompt of verb.prompts) journal.hear(prompt);
  const speech = verb.prompts.reduce((sum, prompt) => sum + lengthOf(prompt), 0);
  journal.spend(speech);
  let collected = NOTHING_COLLECTED;
  let keys = "";
  for (let first = true; !collected.done; first = false) {
    // The time-out starts when the prompts are over; a key may come before.
    const silence = first ? verb.timeoutSeconds : verb.betweenSeconds ?? verb.timeoutSeconds;
    const seconds = silence + (first ? speech : 0);
    const press = await caller.press({ seconds, first });
    if (press.did === "key") {
      keys += press.key;
      collected = collect(verb, collected, press.key);
      if (!collected.done) continue;
    }
    if (keys !== "") journal.note({ kind: "pressed", keys });
    if (press.did === "hangup") return "hangup";
    if (press.did === "silence") {
      journal.spend(silence);
      journal.note({ kind: "silent", seconds: silence });
      collected = collect(verb, collected, undefined);
    }
  }
  const late = caller.unheard();
  if (late !== "") journal.note({ kind: "unheard", keys: late });
  return { of: "gather", digits: collected.digits, finishedOnKey: collected.finishedOnKey };
}

function transfer(verb: DialVerb, { journal, dialect, dial }: Scene): Outcome {
  const status = verb.destinations.length === 0 ? "failed" : dial;
  const seconds = status === "completed" ? TALK_SECONDS : 0;
  journal.spend(status === "no-answer" ? verb.timeoutSeconds : seconds);
  journal.note({ kind: "transferred", to: verb.destinations, status, seconds });
  return { of: "dial", status, id: dialect.newId("leg"), seconds };
}

function enqueue(verb: EnqueueVerb, { journal, dialect }: Scene): Outcome {
  const [result, seconds] = ["bridged", QUEUE_SECONDS];
  journal.spend(seconds);
  journal.note({ kind: "queued", queue: verb.queue, result, seconds });
  return { of: "enqueue", result, id: dialect.newId("queue"), seconds };
}

async function record(verb: RecordVerb, { caller, journal, dialect }: Scene): Promise<Outcome> {
  const { seconds, digits } = await caller.speak({
    maxSeconds: verb.maxLengthSeconds,
    finishOnKey: verb.finishOnKey,
  });
  journal.spend(seconds + (digits === "" ? verb.timeoutSeconds : 0));
  const endedBy = digits === "" ? "silence" : digits === "hangup" ? "hangup" : "key";
  journal.note({ kind: "recorded", seconds, ended_by: endedBy });
  return { of: "record", id: dialect.newId("recording"), seconds, digits };
}
