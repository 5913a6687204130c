import { afterCursor } from "#shared/db/keyset.ts";
import { prefixOf } from "#shared/webhooks/event_glob.ts";

/** A query that can be narrowed. */
interface Filterable {
  filter(column: string, operator: string, value: unknown): this;
  or(filters: string): this;
}

/** What callers narrow a list by, beside what it is a list of. */
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
  if (from !== undefined) narrowed = narrowed.filter("created_at", "gte", from);
  if (to !== undefined) narrowed = narrowed.filter("created_at", "lt", to);
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
    ? query.filter(column, "eq", glob)
    : query.filter(column, "like", `${prefix.replaceAll("_", "\\_")}%`);
}
