import { env, type LogLevel } from "./env.ts";
import { redact } from "./redact.ts";

/** What a log line says beside its event; nested values are kept, secrets are not. */
export type LogFields = Readonly<Record<string, unknown>>;

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<
  LogLevel,
  number
>;

type Sink = (line: string, level: LogLevel) => void;

const toConsole: Sink = (line, level) => console[level](line);

let sink = toConsole;

/**
 * Writes one JSON line for an event, with everything confidential taken out by {@linkcode redact}.
 * Logging never fails its caller: a line that cannot be written says so in its place.
 *
 * @example
 * ```ts
 * log.info("database migrated", { migrations: 9, duration_ms: 212 });
 * // {"time":"…","level":"info","event":"database migrated","migrations":9,"duration_ms":212}
 * ```
 */
export const log = {
  debug: (event: string, fields?: LogFields) => write("debug", event, fields),
  info: (event: string, fields?: LogFields) => write("info", event, fields),
  warn: (event: string, fields?: LogFields) => write("warn", event, fields),
  error: (event: string, fields?: LogFields) => write("error", event, fields),
};

/** Sends the lines elsewhere: the embedded stack to a file, tests to an array. */
export function setLogSink(replacement: Sink | undefined): void {
  sink = replacement ?? toConsole;
}

function write(level: LogLevel, event: string, fields: LogFields = {}): void {
  if (SEVERITY[level] < SEVERITY[threshold()]) return;
  const head = { time: new Date().toISOString(), level };
  try {
    sink(JSON.stringify({ ...head, event: redact(event), ...redactFields(fields) }), level);
  } catch {
    writeLastResort({ ...head, event: "a log line could not be written" }, level);
  }
}

function redactFields(fields: LogFields): object {
  const clean = redact(fields);
  return typeof clean === "object" && clean !== null ? clean : {};
}

function writeLastResort(line: object, level: LogLevel): void {
  try {
    toConsole(JSON.stringify(line), level);
  } catch {
    // Nothing is left to say it with; the request goes on.
  }
}

/** The environment may be what is being complained about. */
function threshold(): LogLevel {
  try {
    return env().logLevel;
  } catch {
    return "info";
  }
}
