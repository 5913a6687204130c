import { z } from "zod";
import { setLogSink } from "#shared/log.ts";

const logLine = z.looseObject({ time: z.string(), level: z.string(), event: z.string() });

/** A parsed log line. */
export type LogLine = z.output<typeof logLine>;

/** The lines that were logged since {@linkcode captureLog}, until it is disposed of. */
export interface CapturedLog extends Disposable {
  readonly lines: LogLine[];
  /** As they were written. */
  readonly text: string[];
}

/**
 * Keeps log lines from the console and gives them to the test.
 *
 * @example
 * ```ts
 * using log = captureLog();
 * await app.request("/health");
 * assert.equal(log.lines.length, 1);
 * ```
 */
export function captureLog(): CapturedLog {
  const text: string[] = [];
  const lines: LogLine[] = [];
  setLogSink((line) => {
    text.push(line);
    lines.push(logLine.parse(JSON.parse(line)));
  });
  return { lines, text, [Symbol.dispose]: () => setLogSink(undefined) };
}
