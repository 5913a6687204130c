import { type Caller, KEYS, type Press, type Spoken } from "./caller.ts";

/** What a scripted caller does besides pressing keys. */
export interface ScriptOptions {
  /** Seconds spoken into each recording; 0 leaves it empty. */
  speakSeconds?: number | undefined;
  /**
   * Seconds of each pause that really pass, at most; none unless given. A pause is where the stack
   * waits for somebody else, whose time is not virtual.
   */
  holdSeconds?: number | undefined;
}

/** Thrown when a script has something that no telephone can press. */
export class ScriptError extends Error {
  override name = "ScriptError";
}

/**
 * Reads `--digits`: what is pressed at successive gathers, separated by commas.
 *
 * An empty item or `-` is silence, `h` hangs up.
 *
 * @throws {ScriptError} naming the first item that is neither
 *
 * @example
 * ```ts
 * parseScript("2,,1234#"); // ["2", "", "1234#"]
 * ```
 */
export function parseScript(script: string): string[] {
  return script.split(",").map((part) => {
    const item = part.trim();
    if (item === "" || item === "-") return "";
    if (item === "h" || item === "H") return "h";
    const keys = item.toUpperCase();
    if ([...keys].every((key) => KEYS.test(key))) return keys;
    throw new ScriptError(
      `Cannot press ${JSON.stringify(item)}: an item is made of the keys 0-9 * # A-D, ` +
        "or is - for silence or h to hang up",
    );
  });
}

/**
 * Makes a caller that presses what it was told, at once, and is silent ever after.
 *
 * Its time is virtual, but for pauses: silence costs the call seconds, and nobody waits for them.
 */
export function scriptedCaller(items: readonly string[], options: ScriptOptions = {}): Caller {
  const left = [...items];
  let keys: string[] = [];
  return {
    realTime: false,
    press({ first }): Promise<Press> {
      if (first) {
        const item = left.shift() ?? "";
        if (item === "h") return Promise.resolve({ did: "hangup" });
        keys = [...item];
      }
      const key = keys.shift();
      return Promise.resolve(key === undefined ? { did: "silence" } : { did: "key", key });
    },
    unheard() {
      const late = keys.join("");
      keys = [];
      return late;
    },
    speak({ maxSeconds }): Promise<Spoken> {
      const seconds = Math.min(options.speakSeconds ?? 3, maxSeconds);
      if (left[0] !== "h") return Promise.resolve({ seconds, digits: "" });
      left.shift();
      return Promise.resolve({ seconds, digits: "hangup" });
    },
    async hold(seconds): Promise<boolean> {
      const held = Math.min(seconds, options.holdSeconds ?? 0);
      if (held > 0) await new Promise((resolve) => setTimeout(resolve, held * 1000));
      return false;
    },
  };
}
