import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { AllRows } from "#tests/support/all_rows.ts";
import { TENANTS } from "#tests/support/history.ts";

interface Change {
  readonly was: unknown;
  readonly is: unknown;
  readonly row: Readonly<Record<string, unknown>>;
  readonly after: AllRows;
}

/** What migrations change on purpose in rows that are there, beside the columns that they add. */
const REWRITTEN: Readonly<Record<string, Readonly<Record<string, (change: Change) => boolean>>>> = {
  "public.audit_logs": {
    // The trail outlives users: it names them as subjects, and not at all where an entry is of themselves.
    actor: ({ was, is, after }) => is === subjectOf(was, after),
    resource_id: ({ was, is }) => is === null && TENANTS.some((tenant) => tenant === was),
    // Of entries before and of this one, whose chain is verified as a whole.
    hash: ({ is }) => typeof is === "string",
  },
  "private.audit_heads": {
    // What migrations change is audited too.
    entries: ({ was, is }) => Number(is) > Number(was),
    hash: ({ is }) => typeof is === "string",
  },
  "public.ivr_menus": {
    // A menu is no longer its own parent.
    parent_menu_id: ({ was, is, row }) => was === row.id && is === null,
    updated_at: ({ was, is }) => String(is) > String(was),
  },
  "private.table_classes": {
    // Exports open what of an event came to be sealed.
    opened: ({ is, row }) => row.name === "public.webhook_events" && String(is) === "sealed",
  },
};

function subjectOf(user: unknown, rows: AllRows): unknown {
  return rows.get("private.audit_subjects")?.get(JSON.stringify([user]))?.subject_id;
}

/**
 * Every row is there, with the values that it had.
 *
 * @throws {assert.AssertionError} naming the first row that is gone, or the column that changed.
 */
export function assertKept(before: AllRows, after: AllRows): void {
  for (const [table, rows] of before) {
    for (const [key, row] of rows) {
      const now = after.get(table)?.get(key);
      assert.ok(now, `${table} lost the row ${key}`);
      for (const [column, was] of Object.entries(row)) {
        const is: unknown = now[column];
        if (isDeepStrictEqual(was, is)) continue;
        assert.ok(
          REWRITTEN[table]?.[column]?.({ was, is, row, after }),
          `${table}.${column} of ${key} was ${JSON.stringify(was)} and is ${JSON.stringify(is)}`,
        );
      }
    }
  }
}
