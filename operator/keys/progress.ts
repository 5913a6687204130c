/** How many characters the bar is wide. */
const WIDTH = 30;

/** Where progress is shown: standard error, or a stand-in for it. */
export interface Terminal {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): unknown;
}

/** A line that shows how far something is. */
export interface ProgressBar {
  readonly show: (done: number) => void;
  readonly end: () => void;
}

/** A bar that is drawn over itself on a terminal, and not at all where nobody watches. */
export function progressBar(total: number, terminal: Terminal = Deno.stderr): ProgressBar {
  const write = (text: string) => {
    if (terminal.isTerminal()) terminal.writeSync(new TextEncoder().encode(text));
  };
  return {
    show(done) {
      // More can come to be done than there was at the start.
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
      write(`\r${bar} ${Math.floor(share * 100)} %  ${done} of ${Math.max(done, total)}`);
    },
    end: () => write("\n"),
  };
}
