import { z } from "zod";
import { isProblemCode, type ProblemCode, PROBLEMS } from "../http/codes.ts";
import { type FieldError, Problem } from "../http/problem.ts";
import { parseJson } from "../json.ts";

/** What supabase-js answers to a query or an rpc, of which this file reads the failure. */
export interface DatabaseResult {
  readonly data: unknown;
  readonly error: unknown;
  readonly status?: number;
}

const databaseError = z.object({
  code: z.string().catch(""),
  details: z.string().nullish().catch(null),
  hint: z.string().nullish().catch(null),
});

/**
 * Codes of PostgREST and SQLSTATEs, first match wins. Messages are never looked at: they change
 * with versions and languages.
 */
const CODES: readonly (readonly [RegExp, ProblemCode])[] = [
  [/^23(?:505|503|P01)$/, "conflict"],
  [/^23(?:514|502)$/, "validation_failed"],
  [/^22/, "validation_failed"],
  [/^42501$/, "forbidden"],
  // Serialisation failures and deadlocks: another transaction was first.
  [/^40/, "conflict"],
  [/^PGRST116$/, "not_found"],
  [/^PGRST3/, "invalid_token"],
  // A function, table or column that the code knows and the database does not have yet.
  [/^(?:42883|42P01|42703|PGRST20[2-5])$/, "database_behind"],
  // PostgREST could not reach or use the database; it is still loading its view of the schema.
  [/^PGRST00/, "database_unavailable"],
  [/^(?:08|53|57P)/, "database_unavailable"],
  // The sign-in is refused, or there is no such database: our own connection is set up wrongly.
  [/^(?:28|3D)/, "database_unavailable"],
  [/^57014$/, "database_unavailable"],
];

/**
 * The data of a successful result.
 *
 * @throws {Problem} the {@linkcode databaseProblem} of a failed one, and `internal_error` if the data
 * is not of the given shape.
 *
 * @example
 * ```ts
 * const menu = unwrap(await db.from("ivr_menus").select("id,name").eq("id", id).single(), menuRow);
 * ```
 */
export function unwrap(result: DatabaseResult): unknown;
export function unwrap<Schema extends z.ZodType>(
  result: DatabaseResult,
  schema: Schema,
): z.output<Schema>;
export function unwrap(result: DatabaseResult, schema: z.ZodType = z.unknown()): unknown {
  if (result.error !== null && result.error !== undefined) {
    throw databaseProblem(result.error, result.status);
  }
  const parsed = schema.safeParse(result.data);
  if (parsed.success) return parsed.data;
  throw new Problem("internal_error", undefined, { cause: parsed.error });
}

/**
 * The problem that an error of the database is to a caller.
 *
 * Our SQL raises `PTnnn`, where nnn is the HTTP status, with one of our codes in `detail`. Its `hint`
 * may name the column or argument at fault, or hold a JSON list of `{path, message}`. Every other
 * code is mapped by the table above, and what the table does not know is an `internal_error`.
 *
 * @param error what supabase-js put into `error`, or what it threw.
 * @param status its HTTP status; 0 says that no answer came.
 */
export function databaseProblem(error: unknown, status?: number): Problem {
  const { code, details, hint } = databaseError.catch({ code: "", details: null, hint: null })
    .parse(error);
  if (/^PT\d{3}$/.test(code) && isProblemCode(details)) {
    const errors = hint ? { errors: fieldErrors(hint, PROBLEMS[details].title) } : {};
    return new Problem(details, undefined, { ...errors, cause: error });
  }
  const known = CODES.find(([pattern]) => pattern.test(code));
  if (known) return new Problem(known[1], undefined, { cause: error });
  // No answer at all, or one of a gateway that had none to pass on.
  if (status === 0 || (status !== undefined && status >= 502) || isAbort(error)) {
    return new Problem("database_unavailable", undefined, { cause: error });
  }
  return new Problem("internal_error", undefined, { cause: error });
}

const fieldErrorList = z.array(z.object({ path: z.string(), message: z.string() }));

function fieldErrors(hint: string, title: string): readonly FieldError[] {
  return fieldErrorList.safeParse(parseJson(hint)).data ?? [{ path: hint, message: title }];
}

/**
 * Whether the database itself answered that it would not, so that the call has changed nothing: an
 * SQLSTATE but for those of lost connections, or a function that it does not have.
 */
export function isRefusal({ error }: DatabaseResult): boolean {
  const { data } = databaseError.safeParse(error);
  return data !== undefined && /^(?:(?!08)[0-9A-Z]{5}|PGRST20\d)$/.test(data.code);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
