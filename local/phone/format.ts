import type { Entry } from "./transcript.ts";

/** How entries are printed. */
export interface FormatOptions {
  /** ANSI colours; leave off unless the output is a terminal. */
  colour?: boolean | undefined;
  /** Width at which speech wraps, in characters. */
  width?: number | undefined;
  /** Whether requests are shown too, which are of interest when a call goes wrong. */
  requests?: boolean | undefined;
}

const DIM = "2";
const BOLD = "1";
const CYAN = "36";
const YELLOW = "33";
const RED = "31";

/**
 * Puts an entry into one calm line for a reader, or into undefined where it is of interest to programs only.
 *
 * Control characters in what a menu says are dropped, so that no prompt can drive the terminal.
 */
export function formatEntry(entry: Entry, options: FormatOptions = {}): string | undefined {
  const paint = (code: string, text: string) =>
    options.colour === true ? `\x1b[${code}m${text}\x1b[0m` : text;
  const line = (glyph: string, text: string, code?: string) =>
    `${glyph}  ${code === undefined ? printable(text) : paint(code, printable(text))}`;
  switch (entry.kind) {
    case "dialled":
      return paint(DIM, printable(`dialling ${entry.to} from ${entry.from}`));
    case "said":
      return `☎  ${wrap(printable(entry.text + times(entry.loop)), options.width ?? 88)}`;
    case "played":
      return line("♪", entry.source + times(entry.loop), DIM);
    case "tones":
      return line("♪", `tones ${entry.digits}`, DIM);
    case "paused":
      return line("…", `a pause of ${seconds(entry.seconds)}`, DIM);
    case "pressed":
      return line("⌨", entry.keys, `${BOLD};${CYAN}`);
    case "unheard":
      return line("!", `${entry.keys} came too late to be heard`, YELLOW);
    case "silent":
      return line("…", `silent for ${seconds(entry.seconds)}`, DIM);
    case "transferred": {
      const to = entry.to.map(({ kind, address }) =>
        kind === "number" || kind === "sip" ? address : `${kind} ${address}`
      );
      return line("⇢", `transferred to ${to.join(", ") || "nobody"}   (${entry.status})`);
    }
    case "queued":
      return line(
        "⧖",
        `in the queue ${entry.queue} for ${seconds(entry.seconds)}   (${entry.result})`,
      );
    case "recorded":
      return line(
        "●",
        entry.seconds === 0 ? "recorded nothing" : `recorded ${seconds(entry.seconds)}`,
      );
    case "fetched":
      return options.requests === true
        ? line(
          "→",
          `${entry.method} ${entry.path} ${entry.status} in ${entry.milliseconds} ms`,
          DIM,
        )
        : undefined;
    case "reported":
      return options.requests === true
        ? line("→", `reported ${entry.call_status}`, DIM)
        : undefined;
    case "warned":
      return line("!", `${entry.message} (${entry.code})`, YELLOW);
    case "failed":
      return line("✗", entry.message, RED);
    case "ended":
      return line("■", `${ENDINGS[entry.by]} after ${turns(entry.turns)}`);
  }
}

const ENDINGS: Record<Extract<Entry, { kind: "ended" }>["by"], string> = {
  menu: "hung up by the menu",
  caller: "hung up by the caller",
  end_of_document: "over, with nothing left to do,",
  rejected: "rejected",
  failure: "failed",
};

const seconds = (count: number) => `${count} s`;
const turns = (count: number) => count === 1 ? "1 turn" : `${count} turns`;
const times = (loop: number | undefined) =>
  loop === undefined ? "" : loop === 0 ? " (again and again)" : ` (${loop} times)`;

function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const word of text.trim().split(/ +/)) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  lines.push(current);
  return lines.join("\n   ");
}
