import { z } from "zod";

/** What both drivers put on an error that came from the server. */
const serverError = z.object({
  code: z.string().regex(/^[0-9A-Z]{5}$/),
  message: z.string(),
  detail: z.string().nullish(),
  hint: z.string().nullish(),
});

/** The codes that Lite answers as PostgREST does without help. */
const LITE_KNOWS = /^(?:PT|PGRST|42|22|21|23502|23503|23505|25006)/;

/**
 * PostgREST's status for a SQLSTATE, first match wins; any other code is a 400.
 *
 * @see https://docs.postgrest.org/en/stable/references/errors.html#status-codes
 */
const STATUS: readonly (readonly [RegExp, number])[] = [
  [/^(?:08|53400|53)/, 503],
  [/^(?:0L|0P|28)/, 403],
  [/^54/, 500],
  [/^P0001$/, 400],
  [/^57P01$/, 503],
  [/^(?:09|25|2D|38|39|3B|40|55|57|58|F0|HV|P0|XX)/, 500],
];

/**
 * Turns a database error into one that Lite answers as PostgREST would: with its SQLSTATE, details
 * and hint, and the status that belongs to it. Left alone, Lite answers 500 without any of them to
 * a failed check, a plain `raise exception` and every SQLSTATE of one's own.
 *
 * It goes through PostgREST's own convention for errors that choose their reply: the code `PGRST`
 * with the body in the message and the status in the details.
 */
export function asPostgrestError(error: unknown): unknown {
  const parsed = serverError.safeParse(error);
  if (parsed.success) {
    const { code, message, detail, hint } = parsed.data;
    if (LITE_KNOWS.test(code)) return error;
    return reply(statusOf(code), { code, message, details: detail ?? null, hint: hint ?? null });
  }
  if (isConnectionFailure(error)) {
    const message = "Could not query the database; the connection to it failed";
    return reply(503, { code: "PGRST001", message, details: null, hint: null });
  }
  return error;
}

function statusOf(code: string): number {
  return STATUS.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
}

/** The codes that the driver and the operating system give when there is no server to answer. */
function isConnectionFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^(?:CONNECT|CONNECTION_|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT)/.test(error.code);
}

interface Body {
  readonly code: string;
  readonly message: string;
  readonly details: string | null;
  readonly hint: string | null;
}

function reply(status: number, body: Body): Error {
  return Object.assign(new Error(JSON.stringify(body)), {
    code: "PGRST",
    detail: JSON.stringify({ status, headers: {} }),
  });
}
