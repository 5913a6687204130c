import { CallFailure } from "./failure.ts";
import type { Entry, Transcript } from "./transcript.ts";
import type { Prompt } from "./verbs.ts";

/** An entry before it is known when it happened. */
export type Event = Entry extends infer Each ? Each extends Entry ? Omit<Each, "at"> : never
  : never;

/** What a journal needs to tell the time and whom to tell. */
export interface JournalOptions {
  /** Whether the time is that of the clock, or what `spend` adds up to. */
  realTime: boolean;
  now: () => Date;
  onEntry: ((entry: Entry) => void) | undefined;
}

/** Writes down a call as it happens, on the caller's clock. */
export class Journal {
  readonly entries: Entry[] = [];
  /** What failed first. */
  error: Transcript["error"];
  private readonly startedAt: Date;
  private spent = 0;

  constructor(private readonly options: JournalOptions) {
    this.startedAt = options.now();
  }

  /** Seconds since the call was dialled. */
  get seconds(): number {
    return this.options.realTime
      ? Math.round((this.options.now().getTime() - this.startedAt.getTime()) / 1000)
      : Math.round(this.spent);
  }

  /** Lets time pass for a caller who does not really wait. */
  spend(seconds: number): void {
    this.spent += seconds;
  }

  note(event: Event): void {
    const entry: Entry = { at: this.seconds, ...event };
    this.entries.push(entry);
    this.options.onEntry?.(entry);
  }

  /** Notes a failure of the call; anything else is a fault of the phone and is thrown on. */
  fail(error: unknown): void {
    if (!(error instanceof CallFailure)) throw error;
    const { code, message } = error;
    this.error ??= { code, message };
    this.note({ kind: "failed", code, message });
  }

  /** Notes what the caller hears. */
  hear(prompt: Prompt): void {
    switch (prompt.verb) {
      case "say":
        return this.note({
          kind: "said",
          text: prompt.text,
          ...(prompt.language === undefined ? {} : { language: prompt.language }),
          ...(prompt.voice === undefined ? {} : { voice: prompt.voice }),
          ...repeated(prompt.loop),
        });
      case "play":
        return this.note({ kind: "played", source: prompt.source, ...repeated(prompt.loop) });
      case "tones":
        return this.note({ kind: "tones", digits: prompt.digits });
      case "pause":
        return this.note({ kind: "paused", seconds: prompt.seconds });
    }
  }
}

function repeated(loop: number): { loop?: number } {
  return loop === 1 ? {} : { loop };
}
