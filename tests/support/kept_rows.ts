import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Migration } from "#local/database/migrations.ts";
import type { AllRows } from "#tests/support/all_rows.ts";
import { TENANTS } from "#tests/support/history.ts";

interface Change {
  readonly was: unknown;
  readonly is: unknown;
  readonly row: Readonly<Record<string, unknown>>;
  readonly after: AllRows;
}

interface Rewriting {
  /** The version of the migration that does it; each that writes where there is none. */
  readonly by?: string;
  readonly isMeant: (change: Change) => boolean;
}

/** What migrations change on purpose in rows that are there, beside the columns that they add. */
export const REWRITTEN: Readonly<Record<string, Rewriting>> = {
  // The trail outlives users: it names them as subjects, and not at all where an entry is of themselves.
  "public.audit_logs.actor": {
    by: "20261123000310",
    isMeant: ({ was, is, after }) => is === subjectOf(was, after),
  },
  "public.audit_logs.resource_id": {
    by: "20261123000310",
    isMeant: ({ was, is }) => is === null && TENANTS.some((tenant) => tenant === was),
  },
  // Of entries before and of this one, whose chain is verified as a whole.
  "public.audit_logs.hash": {
    by: "20261123000310",
    isMeant: ({ is }) => typeof is === "string",
  },
  // What migrations change is audited too.
  "private.audit_heads.entries": { isMeant: ({ was, is }) => Number(is) > Number(was) },
  "private.audit_heads.hash": { isMeant: ({ is }) => typeof is === "string" },
  // A menu is no longer its own parent.
  "public.ivr_menus.parent_menu_id": {
    by: "20261122000620",
    isMeant: ({ was, is, row }) => was === row.id && is === null,
  },
  "public.ivr_menus.updated_at": {
    by: "20261122000620",
    isMeant: ({ was, is, row }) => row.parent_menu_id === row.id && String(is) > String(was),
  },
  // Exports open what of an event came to be sealed.
  "private.table_classes.opened": {
    by: "20261123000410",
    isMeant: ({ is, row }) => row.name === "public.webhook_events" && String(is) === "sealed",
  },
};

function subjectOf(user: unknown, rows: AllRows): unknown {
  return rows.get("private.audit_subjects")?.get(JSON.stringify([user]))?.subject_id;
}

/**
 * Every row is there, with the values that it had.
 *
 * @param left the migrations between before and after: no other may have rewritten anything.
 * @returns the columns that were rewritten, each for the reason that {@linkcode REWRITTEN} has.
 * @throws {assert.AssertionError} naming the first row that is gone, or the column that changed.
 */
export function assertKept(
  before: AllRows,
  after: AllRows,
  left: readonly Migration[],
): Set<string> {
  const rewritten = new Set<string>();
  for (const [table, rows] of before) {
    for (const [key, row] of rows) {
      const now = after.get(table)?.get(key);
      assert.ok(now, `${table} lost the row ${key}`);
      for (const [name, was] of Object.entries(row)) {
        const is: unknown = now[name];
        if (isDeepStrictEqual(was, is)) continue;
        const column = `${table}.${name}`;
        const meant: Rewriting | undefined = REWRITTEN[column];
        assert.ok(
          meant?.isMeant({ was, is, row, after }) &&
            (meant.by === undefined || left.some(({ version }) => version === meant.by)),
          `${column} of ${key} was ${JSON.stringify(was)} and is ${JSON.stringify(is)}`,
        );
        rewritten.add(column);
      }
    }
  }
  return rewritten;
}
