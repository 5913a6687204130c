import { setTimeout as delay } from "node:timers/promises";
import { type Caller, KEYS, type Press, type Recording, type Spoken } from "./caller.ts";

/** A terminal's keyboard; `Deno.stdin` is one. */
export interface Keyboard {
  readable: ReadableStream<Uint8Array>;
  setRaw(raw: boolean): void;
}

/** What a terminal caller may be given besides the keyboard. */
export interface TerminalOptions {
  /** Hears of every key that counts, as it is pressed. */
  onKey?: ((key: string) => void) | undefined;
  /** Told what the caller can do where it is not obvious. */
  onHint?: ((hint: string) => void) | undefined;
  /** Waits, until the signal aborts. */
  sleep?: ((milliseconds: number, signal: AbortSignal) => Promise<void>) | undefined;
  now?: (() => number) | undefined;
}

/** A caller at a terminal; `close` gives the terminal back. */
export type TerminalCaller = Caller & { close(): Promise<void> };

const INTERRUPT = "\x03";
const END_OF_INPUT = "\x04";
const ESCAPE = "\x1b";
// A person has nothing to say to a keyboard: a recording that no key ends stops by itself.
const LONGEST_RECORDING_SECONDS = 30;

/**
 * Makes a caller of the person at a terminal: digits, `*`, `#` and A-D are keys, `h` and Ctrl-C hang up.
 *
 * Time is real. As on a telephone, keys pressed while nothing listens are lost.
 */
export function terminalCaller(keyboard: Keyboard, options: TerminalOptions = {}): TerminalCaller {
  const sleep = options.sleep ??
    ((milliseconds, signal) => delay(milliseconds, undefined, { signal }));
  const now = options.now ?? (() => performance.now());
  let pressed: string[] = [];
  let gone = false;
  let wake = () => {};

  keyboard.setRaw(true);
  const reader = keyboard.readable.getReader();
  const reading = read();

  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const text = decoder.decode(value, { stream: true });
      // Arrow and function keys arrive as one escape sequence, whose letters are not keys of a telephone.
      if (text.startsWith(ESCAPE)) continue;
      for (const character of text.toUpperCase()) {
        if (["H", INTERRUPT, END_OF_INPUT].includes(character)) gone = true;
        else if (KEYS.test(character)) pressed.push(character);
      }
      if (gone || pressed.length > 0) wake();
    }
    gone = true;
    wake();
  }

  /** Waits for a key, for the caller to go, or for time to pass. */
  async function next(seconds: number): Promise<Press> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => wake = resolve);
    if (!gone && pressed.length === 0) {
      await Promise.race([woken, sleep(seconds * 1000, timer.signal).catch(() => {})]);
      timer.abort();
    }
    if (gone) return { did: "hangup" };
    const key = pressed.shift();
    return key === undefined ? { did: "silence" } : { did: "key", key };
  }

  function unheard(): string {
    const late = pressed.join("");
    pressed = [];
    return late;
  }

  return {
    realTime: true,
    async press({ seconds, first }): Promise<Press> {
      if (first) unheard();
      const press = await next(seconds);
      if (press.did === "key") options.onKey?.(press.key);
      return press;
    },
    unheard,
    async speak({ maxSeconds, finishOnKey }: Recording): Promise<Spoken> {
      unheard();
      options.onHint?.(
        finishOnKey === "" ? "recording" : `recording; ${finishOnKey.at(-1)} ends it`,
      );
      const longest = Math.min(maxSeconds, LONGEST_RECORDING_SECONDS);
      const started = now();
      for (;;) {
        const spoken = Math.round((now() - started) / 1000);
        const press = await next(Math.max(0, longest - spoken));
        const seconds = Math.min(longest, Math.round((now() - started) / 1000));
        if (press.did === "silence") return { seconds: longest, digits: "" };
        if (press.did === "hangup") return { seconds, digits: "hangup" };
        if (finishOnKey.includes(press.key)) return { seconds, digits: press.key };
      }
    },
    async hold(seconds): Promise<boolean> {
      const ends = now() + seconds * 1000;
      for (;;) {
        const left = (ends - now()) / 1000;
        if (left <= 0) return gone;
        const press = await next(left);
        if (press.did === "hangup") return true;
        if (press.did === "silence") return false;
      }
    },
    async close(): Promise<void> {
      await reader.cancel();
      await reading;
      keyboard.setRaw(false);
    },
  };
}
