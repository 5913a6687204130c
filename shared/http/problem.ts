import { type ProblemCode, PROBLEMS } from "./codes.ts";

/** One invalid value: where it stands (`options.0.digit`, `query.limit`) and what is wrong with it. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What a {@linkcode Problem} may carry beside its code and detail. */
export interface ProblemOptions {
  /** The values that were refused, for `validation_failed` and its kin. */
  readonly errors?: readonly FieldError[];
  /** Headers of the reply, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document (RFC 9457, section 3.2). Shown to the caller, also for a 5xx. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What brought it about. Logged, never shown. */
  readonly cause?: unknown;
}

/**
 * The one error that handlers throw: it becomes the problem document of its code.
 *
 * The detail is shown to the caller, except with a 5xx, whose reader is the log.
 *
 * @example
 * ```ts
 * throw new Problem("menu_not_published", "The menu has a draft only");
 * ```
 */
export class Problem extends Error {
  override name = "Problem";
  readonly status: typeof PROBLEMS[ProblemCode]["status"];
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    readonly detail?: string,
    options: ProblemOptions = {},
  ) {
    super(
      detail ?? PROBLEMS[code].title,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.status = PROBLEMS[code].status;
    this.title = PROBLEMS[code].title;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}
