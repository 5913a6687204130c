import { z } from "zod";
import type { Caller } from "./caller.ts";
import type { CallLeg, Dialect, Fields, Progress, Reply, StatusReport } from "./dialect.ts";
import { DIALECTS, type Provider } from "./dialects.ts";
import { CallFailure } from "./failure.ts";
import {
  collect,
  type DialStatus,
  type EndedBy,
  follow,
  lengthOf,
  NOTHING_COLLECTED,
  type OpenVerb,
  type Outcome,
  walk,
} from "./interpreter.ts";
import type { Entry, Transcript } from "./transcript.ts";
import type {
  CallDocument,
  DialVerb,
  EnqueueVerb,
  GatherVerb,
  Prompt,
  RecordVerb,
  Target,
} from "./verbs.ts";

/** The most documents that one call may go through. */
export const MOST_DOCUMENTS = 200;

// Twilio reads a reply for at most 15 s.
const PATIENCE_MS = 15_000;

/** A number to dial and what it takes to be believed as its provider. */
export interface Line {
  /** Where the stack listens, without a path. */
  url: string;
  provider: Provider;
  connectionId: string;
  /** What the provider shares with its customer; requests are signed with it. */
  authToken: string;
  /** The number dialled. */
  to: string;
  /** The account that the requests name. */
  accountId?: string | undefined;
  /**
   * The base under which the stack knows its functions, if that is not `<url>/functions/v1`: requests are signed
   * for it, but sent to `url`.
   */
  publicUrl?: string | undefined;
}

/** Everything that decides how a call goes. */
export interface PlaceCallOptions {
  line: Line;
  caller: Caller;
  /** The caller's number. */
  from?: string | undefined;
  /** What transfers come to. */
  dial?: DialStatus | undefined;
  /** Whether `initiated`, `ringing` and `in-progress` are reported besides the end. */
  progress?: boolean | undefined;
  /** Parameters that replace or join those that the provider sends. */
  extra?: Fields | undefined;
  fetch?: typeof fetch | undefined;
  /** Hears of every entry as it happens. */
  onEntry?: ((entry: Entry) => void) | undefined;
  now?: (() => Date) | undefined;
}

/**
 * Places a call as a phone provider would and follows it to its end.
 *
 * Never throws for what the stack does: a call that cannot go on ends as failed, with the reason in the transcript.
 *
 * @example
 * ```ts
 * const transcript = await placeCall({
 *   line,
 *   caller: scriptedCaller(["2", "1"]),
 *   onEntry: (entry) => {
 *     const line = formatEntry(entry);
 *     if (line !== undefined) console.log(line);
 *   },
 * });
 * ```
 */
export async function placeCall(options: PlaceCallOptions): Promise<Transcript> {
  return await new Call(options).run();
}

interface Ending {
  by: EndedBy | "failure";
  busy: boolean;
}

class Call {
  private readonly dialect: Dialect;
  private readonly leg: CallLeg;
  private readonly base: string;
  private readonly publicBase: string;
  private readonly fetch: typeof fetch;
  private readonly now: () => Date;
  private readonly startedAt: Date;
  private readonly entries: Entry[] = [];
  private virtualSeconds = 0;
  private documents = 0;
  private reports = 0;
  private error: { code: CallFailure["code"]; message: string } | undefined;

  constructor(private readonly options: PlaceCallOptions) {
    const { line } = options;
    this.dialect = DIALECTS[line.provider];
    this.base = `${line.url.replace(/\/+$/, "")}/functions/v1`;
    this.publicBase = (line.publicUrl ?? this.base).replace(/\/+$/, "");
    this.fetch = options.fetch ?? fetch;
    this.now = options.now ?? (() => new Date());
    this.startedAt = this.now();
    this.leg = {
      id: this.dialect.newId("call"),
      account: line.accountId,
      from: options.from ?? "+15550100199",
      to: line.to,
      extra: options.extra ?? [],
    };
  }

  async run(): Promise<Transcript> {
    this.note({ kind: "dialled", from: this.leg.from, to: this.leg.to });
    let ending: Ending;
    try {
      ending = await this.converse();
    } catch (error) {
      this.fail(error);
      ending = { by: "failure", busy: false };
    }
    const seconds = this.elapsed();
    this.note({ kind: "ended", by: ending.by, turns: this.documents, seconds });
    await this.reportEnd(ending, seconds);
    return {
      call_sid: this.leg.id,
      ok: this.error === undefined,
      ended_by: ending.by,
      turns: this.documents,
      seconds,
      entries: this.entries,
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }

  private async converse(): Promise<Ending> {
    if (this.options.progress === true) {
      await this.report("initiated");
      await this.report("ringing");
    }
    let target: Target = { url: this.route("voice"), method: "POST" };
    let before: Outcome | undefined;
    for (;;) {
      const document = await this.open(target, before);
      if (this.documents === 1 && this.options.progress === true) await this.report("answered");
      const onward = await this.perform(document);
      if ("by" in onward) return onward;
      ({ target, before } = onward);
    }
  }

  /** Goes through one document until it ends the call or leads to another. */
  private async perform(
    document: CallDocument,
  ): Promise<Ending | { target: Target; before: Outcome | undefined }> {
    for (let at = 0;;) {
      const { heard, cue, next } = walk(document, at);
      for (const prompt of heard) {
        if (await this.hear(prompt)) return { by: "caller", busy: false };
      }
      if (cue.cue === "end") {
        // A call can be refused only before anything else was done with it.
        const late = this.documents > 1 || at > 0 || heard.length > 0;
        if (cue.by === "rejected" && late) return { by: "menu", busy: false };
        return { by: cue.by, busy: cue.reason === "busy" };
      }
      if (cue.cue === "fetch") return { target: cue.target, before: undefined };
      const outcome = await this.settle(cue.verb);
      if (outcome === "hangup") return { by: "caller", busy: false };
      const target = follow(cue.verb, outcome);
      if (outcome.of === "record" && outcome.digits === "hangup") {
        // The recording is still handed over, but nobody is left to hear the answer.
        if (target !== undefined) await this.open(target, outcome, "ended");
        return { by: "caller", busy: false };
      }
      if (target !== undefined) return { target, before: outcome };
      at = next;
    }
  }

  private async hear(prompt: Prompt): Promise<boolean> {
    this.note(heard(prompt));
    const seconds = lengthOf(prompt);
    this.virtualSeconds += seconds;
    // Only a pause is waited out: a reader needs no time for speech to end.
    return prompt.verb === "pause" ? await this.options.caller.hold(seconds) : false;
  }

  private settle(verb: OpenVerb): Promise<Outcome | "hangup"> {
    switch (verb.verb) {
      case "gather":
        return this.gather(verb);
      case "dial":
        return Promise.resolve(this.transfer(verb));
      case "enqueue":
        return Promise.resolve(this.enqueue(verb));
      case "record":
        return this.record(verb);
    }
  }

  private async gather(verb: GatherVerb): Promise<Outcome | "hangup"> {
    let speech = 0;
    for (const prompt of verb.prompts) {
      this.note(heard(prompt));
      speech += lengthOf(prompt);
    }
    this.virtualSeconds += speech;
    const { caller } = this.options;
    let collected = NOTHING_COLLECTED;
    let keys = "";
    for (let first = true; !collected.done; first = false) {
      // The time-out starts when the prompts are over; a key may come before.
      const seconds = verb.timeoutSeconds + (first ? speech : 0);
      const press = await caller.press({ seconds, first });
      if (press.did === "key") {
        keys += press.key;
        collected = collect(verb, collected, press.key);
        if (!collected.done) continue;
      }
      if (keys !== "") this.note({ kind: "pressed", keys });
      if (press.did === "hangup") return "hangup";
      if (press.did === "silence") {
        this.virtualSeconds += verb.timeoutSeconds;
        this.note({ kind: "silent", seconds: verb.timeoutSeconds });
        collected = collect(verb, collected, undefined);
      }
    }
    const late = caller.unheard();
    if (late !== "") this.note({ kind: "unheard", keys: late });
    return { of: "gather", digits: collected.digits, finishedOnKey: collected.finishedOnKey };
  }

  private transfer(verb: DialVerb): Outcome {
    const status = verb.destinations.length === 0 ? "failed" : this.options.dial ?? "completed";
    const talk = status === "completed" ? 30 : 0;
    this.virtualSeconds += status === "no-answer" ? verb.timeoutSeconds : talk;
    this.note({ kind: "transferred", to: verb.destinations, status, seconds: talk });
    return { of: "dial", status, id: this.dialect.newId("leg"), seconds: talk };
  }

  private enqueue(verb: EnqueueVerb): Outcome {
    const seconds = 12;
    this.virtualSeconds += seconds;
    this.note({ kind: "queued", queue: verb.queue, result: "bridged", seconds });
    return { of: "enqueue", result: "bridged", id: this.dialect.newId("queue"), seconds };
  }

  private async record(verb: RecordVerb): Promise<Outcome> {
    const { seconds, digits } = await this.options.caller.speak({
      maxSeconds: verb.maxLengthSeconds,
      finishOnKey: verb.finishOnKey,
    });
    this.virtualSeconds += seconds + (digits === "" ? verb.timeoutSeconds : 0);
    const endedBy = digits === "" ? "silence" : digits === "hangup" ? "hangup" : "key";
    this.note({ kind: "recorded", seconds, ended_by: endedBy });
    return { of: "record", id: this.dialect.newId("recording"), seconds, digits };
  }

  private async open(
    target: Target,
    before: Outcome | undefined,
    stage?: "ended",
  ): Promise<CallDocument> {
    if (this.documents >= MOST_DOCUMENTS) {
      throw new CallFailure(
        "too_many_documents",
        `The call went through ${MOST_DOCUMENTS} documents without coming to an end`,
      );
    }
    const fields = this.dialect.fields(
      this.leg,
      stage ?? (this.documents === 0 ? "ringing" : "in-progress"),
      before,
    );
    const reply = await this.send(target, fields);
    if (reply.status < 200 || reply.status > 299) throw refusal(target, reply);
    const document = this.dialect.read(reply, target.url);
    this.documents += 1;
    for (const warning of document.warnings) this.note({ kind: "warned", ...warning });
    if (reply.problemCode !== undefined) {
      // A provider would not know, and plays the apology; whoever tests a menu has to.
      const message = `The stack could not go on and apologises: ${reply.problemCode}`;
      this.fail(new CallFailure("apologised", message));
    }
    return document;
  }

  private async send(target: Target, fields: Fields): Promise<Reply> {
    const request = this.dialect.sign(target, fields, this.options.line.authToken);
    const started = performance.now();
    try {
      const response = await this.fetch(this.reachable(request.url), {
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      this.note({
        kind: "fetched",
        method: request.method,
        // Without its query: that is where the step token is.
        path: new URL(request.url).pathname,
        status: response.status,
        milliseconds: Math.round(performance.now() - started),
      });
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        body,
        problemCode: response.headers.get("x-problem-code") ?? undefined,
      };
    } catch (cause) {
      const { origin } = new URL(request.url);
      if (cause instanceof DOMException && cause.name === "TimeoutError") {
        throw new CallFailure("timed_out", `${origin} did not answer within 15 s`, { cause });
      }
      throw new CallFailure("unreachable", `Nobody answers at ${origin}; is the stack running?`, {
        cause,
      });
    }
  }

  private async reportEnd(ending: Ending, seconds: number): Promise<void> {
    if (this.error?.code === "unreachable") return;
    try {
      await this.report("ended", ending, seconds);
    } catch (error) {
      this.fail(error);
    }
  }

  private async report(progress: Progress, ending?: Ending, seconds = 0): Promise<void> {
    const report: StatusReport = {
      progress,
      sequence: this.reports,
      at: this.now(),
      seconds,
      endedBy: ending?.by,
      busy: ending?.busy ?? false,
    };
    this.reports += 1;
    const reply = await this.send(
      { url: this.route("status"), method: "POST" },
      this.dialect.status(this.leg, report),
    );
    const callStatus = this.dialect.statusName(report);
    this.note({ kind: "reported", call_status: callStatus, status: reply.status });
    if (reply.status < 200 || reply.status > 299) {
      throw new CallFailure(
        "status_callback_refused",
        `The status callback ${callStatus} was answered ${describe(reply)}`,
      );
    }
  }

  private route(name: "voice" | "status"): string {
    const { provider, connectionId } = this.options.line;
    return `${this.publicBase}/ivr/${provider}/${connectionId}/${name}`;
  }

  /** Where an address really is: the stack's public base is reached at the stack itself. */
  private reachable(url: string): string {
    return url.startsWith(`${this.publicBase}/`)
      ? this.base + url.slice(this.publicBase.length)
      : url;
  }

  private fail(error: unknown): void {
    if (!(error instanceof CallFailure)) throw error;
    this.error ??= { code: error.code, message: error.message };
    this.note({ kind: "failed", code: error.code, message: error.message });
  }

  private elapsed(): number {
    return this.options.caller.realTime
      ? Math.round((this.now().getTime() - this.startedAt.getTime()) / 1000)
      : Math.round(this.virtualSeconds);
  }

  private note(entry: Unstamped): void {
    const stamped: Entry = { at: this.elapsed(), ...entry };
    this.entries.push(stamped);
    this.options.onEntry?.(stamped);
  }
}

type Unstamped = Entry extends infer Each ? Each extends Entry ? Omit<Each, "at"> : never : never;

function heard(prompt: Prompt): Unstamped {
  switch (prompt.verb) {
    case "say":
      return {
        kind: "said",
        text: prompt.text,
        ...(prompt.language === undefined ? {} : { language: prompt.language }),
        ...(prompt.voice === undefined ? {} : { voice: prompt.voice }),
        ...(prompt.loop === 1 ? {} : { loop: prompt.loop }),
      };
    case "play":
      return {
        kind: "played",
        source: prompt.source,
        ...(prompt.loop === 1 ? {} : { loop: prompt.loop }),
      };
    case "tones":
      return { kind: "tones", digits: prompt.digits };
    case "pause":
      return { kind: "paused", seconds: prompt.seconds };
  }
}

const Problem = z.object({ code: z.string(), detail: z.string().optional() });

function problemOf(reply: Reply): z.infer<typeof Problem> | undefined {
  try {
    return Problem.safeParse(JSON.parse(new TextDecoder().decode(reply.body))).data;
  } catch {
    return undefined;
  }
}

function describe(reply: Reply): string {
  const problem = problemOf(reply);
  if (problem === undefined) return String(reply.status);
  const detail = problem.detail === undefined ? "" : `: ${problem.detail}`;
  return `${reply.status} ${problem.code}${detail}`;
}

function refusal(target: Target, reply: Reply): CallFailure {
  const { pathname } = new URL(target.url);
  if (reply.status === 403 && problemOf(reply)?.code === "invalid_signature") {
    return new CallFailure(
      "signature_refused",
      `The stack refused the signature on ${pathname}: the auth token or the public address differs`,
    );
  }
  return new CallFailure("bad_status", `${pathname} answered ${describe(reply)}`);
}
