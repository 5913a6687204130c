/** A row as the driver gives it; parse it before use. */
export type Row = Readonly<Record<string, unknown>>;

/** What a statement's `$n` may be. */
export type Parameter = string | number | boolean | null | readonly string[];

/** Something that statements can be run on, as the owner of the database. */
export interface Queryable {
  /** Runs one statement. */
  query(text: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
  /** Runs any number of statements without parameters, together in one implicit transaction. */
  exec(statements: string): Promise<void>;
}

/** The stack's own way to its database, past the Data API and every policy. */
export interface Database extends Queryable {
  /** Which kind of server answers. */
  readonly kind: "embedded" | "postgres";
  /** Runs the work in one transaction; what it throws rolls everything back. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
}
