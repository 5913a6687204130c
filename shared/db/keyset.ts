import { Buffer } from "node:buffer";
import { z } from "zod";
import { Problem } from "../http/problem.ts";
import { parseJson } from "../json.ts";

/** What a row needs to have a place in a list, newest first. */
export interface Placed {
  /** As the database writes it: with microseconds, which a `Date` would lose. */
  readonly created_at: string;
  readonly id: string;
}

/** A part of a list, and where the next one begins; null on the last page. */
export interface Page<Row> {
  readonly data: Row[];
  readonly next_cursor: string | null;
}

/** A query whose rows can be put in order and counted off. */
interface Orderable {
  order(column: string, options: { ascending: boolean }): this;
  limit(count: number): this;
}

/** Whether what has the form of a time is one, to Postgres too: it knows no year 0 and no offset of 16 hours. */
function isReadableTime(text: string): boolean {
  return z.iso.date().safeParse(text.slice(0, 10)).success && text >= "0001" &&
    Number(text.slice(11, 13)) < 24 && !/[+-](?:1[6-9]|[2-9]\d)(?::?\d\d)?$/.test(text.slice(19));
}

/** Strict, because it becomes part of a filter. */
const place = z.tuple([
  z.string()
    .regex(/^\d{4}-\d\d-\d\d[T ]\d\d:[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d\d(?::?\d\d)?)$/)
    // What Postgres could not read would be its error, and not the cursor's.
    .refine(isReadableTime),
  z.guid(),
]);

/**
 * The page that rows make, of which there is one more than fits where another page follows.
 *
 * @param rows ordered by `created_at` and `id`, both descending.
 */
export function pageOf<Row extends Placed>(rows: Row[], limit: number): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next_cursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** Asks for a page of rows, newest first, and for one more, which tells whether another page follows. */
export function newestFirst<Query extends Orderable>(query: Query, limit: number): Query {
  return query
    .order("created_at", { ascending: false })
    .order("id", { ascending: false })
    .limit(limit + 1);
}

/**
 * The place in a list that a cursor stands for.
 *
 * @throws {Problem} `validation_failed` for what is no cursor of ours.
 */
export function placeOf(cursor: string): Placed {
  const parsed = place.safeParse(parseJson(Buffer.from(cursor, "base64url").toString()));
  if (!parsed.success) {
    const errors = [{ path: "query.cursor", message: "Must be a next_cursor" }];
    throw new Problem("validation_failed", undefined, { errors });
  }
  const [created_at, id] = parsed.data;
  return { created_at, id };
}

/**
 * The filter for what comes after a cursor, for `or(…)` of supabase-js. Rows that came or went in the
 * meantime neither shift nor repeat the others.
 *
 * @throws {Problem} `validation_failed` for what is no cursor of ours.
 */
export function afterCursor(cursor: string): string {
  const { created_at, id } = placeOf(cursor);
  return `created_at.lt.${created_at},and(created_at.eq.${created_at},id.lt.${id})`;
}

function cursorOf({ created_at, id }: Placed): string {
  return Buffer.from(JSON.stringify([created_at, id])).toString("base64url");
}
