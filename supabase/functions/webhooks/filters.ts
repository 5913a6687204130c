import { afterCursor } from "#shared/db/keyset.ts";
import { prefixOf } from "#shared/webhooks/event_glob.ts";

/** A query that can be narrowed. */
interface Filterable {
  eq(column: string, value: string): this;
  like(column: string, pattern: string): this;
  gte(column: string, value: string): this;
  lt(column: string, value: string): this;
  or(filters: string): this;
}

/** What callers narrow a list of events or attempts by. */
interface Wanted {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Rows from a time on and before another, after a cursor. @throws {Problem} for a wrong cursor. */
export function within<Query extends Filterable>(
  query: Query,
  { from, to, cursor }: Wanted,
): Query {
  let narrowed = query;
  if (from !== undefined) narrowed = narrowed.gte("created_at", from);
  if (to !== undefined) narrowed = narrowed.lt("created_at", to);
  return cursor === undefined ? narrowed : narrowed.or(afterCursor(cursor));
}

/** Rows whose column holds a type of the glob. */
export function ofType<Query extends Filterable>(
  query: Query,
  column: string,
  glob: string | undefined,
): Query {
  if (glob === undefined || glob === "*") return query;
  const prefix = prefixOf(glob);
  // To LIKE, the _ of a type would stand for any character.
  return prefix === undefined
    ? query.eq(column, glob)
    : query.like(column, `${prefix.replaceAll("_", "\\_")}%`);
}
