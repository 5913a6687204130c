import { z } from "zod";
import type { Caller } from "./caller.ts";
import type { CallLeg, Dialect, Fields, Progress, Reply, StatusReport } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { CallFailure } from "./failure.ts";
import {
  type DialStatus,
  type EndedBy,
  follow,
  lengthOf,
  type Outcome,
  type RecordOutcome,
  walk,
} from "./interpreter.ts";
import { Journal } from "./journal.ts";
import type { Line } from "./line.ts";
import { type Scene, settle } from "./settle.ts";
import type { Entry, Transcript } from "./transcript.ts";
import { Transport } from "./transport.ts";
import type { CallDocument, Prompt, RecordVerb, Target } from "./verbs.ts";

/** The most documents that one call may go through. */
export const MOST_DOCUMENTS = 200;

const SOMEBODY = "+15550100199";

/** Everything that decides how a call goes. */
export interface PlaceCallOptions {
  line: Line;
  caller: Caller;
  /** The caller's number; one that nobody has if undefined. */
  from?: string | undefined;
  /** What transfers come to; `completed` if undefined. */
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
 *   line: lineTo(await readStackFile("supabase/.temp/local.json")),
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
  /** Whether the call was rejected as busy. */
  busy: boolean;
}

interface Onward {
  target: Target;
  before: Outcome | undefined;
}

class Call {
  private readonly dialect: Dialect;
  private readonly transport: Transport;
  private readonly journal: Journal;
  private readonly leg: CallLeg;
  private readonly scene: Scene;
  private readonly now: () => Date;
  private documents = 0;
  private reports = 0;

  constructor(private readonly options: PlaceCallOptions) {
    const { line, caller, onEntry } = options;
    this.now = options.now ?? (() => new Date());
    this.dialect = DIALECTS[line.provider];
    this.transport = new Transport(line, this.dialect, options.fetch ?? fetch);
    this.journal = new Journal({ realTime: caller.realTime, now: this.now, onEntry });
    this.leg = {
      id: this.dialect.newId("call"),
      account: line.accountId,
      from: options.from ?? SOMEBODY,
      to: line.to,
      extra: options.extra ?? [],
    };
    this.scene = {
      caller,
      journal: this.journal,
      dialect: this.dialect,
      dial: options.dial ?? "completed",
    };
  }

  async run(): Promise<Transcript> {
    const { journal, leg } = this;
    journal.note({ kind: "dialled", from: leg.from, to: leg.to });
    let ending: Ending;
    try {
      ending = await this.converse();
    } catch (error) {
      journal.fail(error);
      ending = { by: "failure", busy: false };
    }
    const { seconds } = journal;
    journal.note({ kind: "ended", by: ending.by, turns: this.documents, seconds });
    await this.reportEnd(ending, seconds);
    return {
      call_sid: leg.id,
      ok: journal.error === undefined,
      ended_by: ending.by,
      turns: this.documents,
      seconds,
      entries: journal.entries,
      ...(journal.error === undefined ? {} : { error: journal.error }),
    };
  }

  private async converse(): Promise<Ending> {
    const progress = this.options.progress === true;
    if (progress) {
      await this.report("initiated");
      await this.report("ringing");
    }
    let onward: Onward = { target: this.transport.route("voice"), before: undefined };
    for (;;) {
      const document = await this.open(onward);
      if (progress && this.documents === 1) await this.report("answered");
      const next = await this.perform(document);
      if ("by" in next) return next;
      onward = next;
    }
  }

  /** Goes through one document until it ends the call or leads to another. */
  private async perform(document: CallDocument): Promise<Ending | Onward> {
    const hungUp: Ending = { by: "caller", busy: false };
    for (let at = 0;;) {
      const { heard, cue, next } = walk(document, at);
      for (const prompt of heard) {
        if (await this.hear(prompt)) return hungUp;
      }
      if (cue.cue === "end") {
        // A call can be refused only before anything else was done with it.
        const late = this.documents > 1 || at > 0 || heard.length > 0;
        if (cue.by === "rejected" && late) return { by: "menu", busy: false };
        return { by: cue.by, busy: cue.reason === "busy" };
      }
      if (cue.cue === "fetch") return { target: cue.target, before: cue.before };
      const outcome = await settle(cue.verb, this.scene);
      if (outcome === "hangup") return hungUp;
      if (cue.verb.verb === "record" && outcome.of === "record") {
        await this.announce(cue.verb, outcome);
      }
      const target = follow(cue.verb, outcome);
      if (outcome.of === "record" && outcome.digits === "hangup") {
        // The recording is still handed over, but nobody is left to hear the answer.
        if (target !== undefined) await this.open({ target, before: outcome }, "ended");
        return hungUp;
      }
      if (target !== undefined) return { target, before: outcome };
      at = next;
    }
  }

  /** Plays a prompt; true if the caller hung up meanwhile. */
  private async hear(prompt: Prompt): Promise<boolean> {
    this.journal.hear(prompt);
    this.journal.spend(lengthOf(prompt));
    // Only a pause is waited out: a reader needs no time for speech to end.
    return prompt.verb === "pause" ? await this.scene.caller.hold(prompt.seconds) : false;
  }

  private async open(
    { target, before }: Onward,
    stage: "ringing" | "in-progress" | "ended" = this.documents === 0 ? "ringing" : "in-progress",
  ): Promise<CallDocument> {
    if (this.documents >= MOST_DOCUMENTS) {
      throw new CallFailure(
        "too_many_documents",
        `The call went through ${MOST_DOCUMENTS} documents without coming to an end`,
      );
    }
    const reply = await this.send(target, this.dialect.fields(this.leg, stage, before));
    if (!succeeded(reply)) throw refusal(target, reply);
    const document = this.dialect.read(reply, target.url);
    this.documents += 1;
    for (const warning of document.warnings) this.journal.note({ kind: "warned", ...warning });
    if (reply.problemCode !== undefined) {
      // A provider would not know, and plays the apology; whoever tries out a menu has to.
      const message = `The stack could not go on and apologises: ${reply.problemCode}`;
      this.journal.fail(new CallFailure("apologised", message));
    }
    return document;
  }

  /** Announces a recording that has sound. */
  private async announce({ announce }: RecordVerb, outcome: RecordOutcome): Promise<void> {
    if (announce === undefined || outcome.seconds === 0) return;
    const reply = await this.send(announce, this.dialect.recording(this.leg, outcome));
    if (!succeeded(reply)) {
      throw new CallFailure(
        "recording_callback_refused",
        `The announcement of a recording was answered ${describe(reply)}`,
      );
    }
  }

  private async reportEnd(ending: Ending, seconds: number): Promise<void> {
    const before = this.journal.error;
    if (before?.code === "unreachable") return;
    try {
      await this.report("ended", ending, seconds);
    } catch (error) {
      // Whatever broke the call usually breaks its report too, and has been told.
      if (before === undefined || !(error instanceof CallFailure)) this.journal.fail(error);
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
    const fields = this.dialect.status(this.leg, report);
    const reply = await this.send(this.transport.route("status"), fields);
    const callStatus = this.dialect.statusName(report);
    this.journal.note({ kind: "reported", call_status: callStatus, status: reply.status });
    if (!succeeded(reply)) {
      throw new CallFailure(
        "status_callback_refused",
        `The status callback ${callStatus} was answered ${describe(reply)}`,
      );
    }
  }

  private async send(target: Target, fields: Fields): Promise<Reply> {
    const { reply, ...request } = await this.transport.send(target, fields);
    this.journal.note({ kind: "fetched", ...request, status: reply.status });
    return reply;
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

function succeeded({ status }: Reply): boolean {
  return status >= 200 && status <= 299;
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
