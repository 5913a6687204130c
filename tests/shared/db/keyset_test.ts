import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { allOf } from "#shared/db/filters.ts";
import { afterCursor, pageOf } from "#shared/db/keyset.ts";
import { Problem } from "#shared/http/problem.ts";

const ID = "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10";
const AT = "2026-11-20T12:00:00.123456+00:00";
const rows = (count: number) => Array.from({ length: count }, () => ({ id: ID, created_at: AT }));

Deno.test("a page has a next one only if a row more was found", () => {
  assert.deepEqual(pageOf(rows(2), 2), { data: rows(2), next_cursor: null });
  const { data, next_cursor } = pageOf(rows(3), 2);
  assert.equal(data.length, 2);
  assert.match(next_cursor ?? "", /^[\w-]+$/);
  assert.deepEqual(pageOf([], 2), { data: [], next_cursor: null });
});

Deno.test("a cursor stands for what comes after its row, to the microsecond", () => {
  const { next_cursor } = pageOf(rows(2), 1);
  assert.equal(
    afterCursor(next_cursor ?? ""),
    `created_at.lt.${AT},and(created_at.eq.${AT},id.lt.${ID})`,
  );
});

Deno.test("a cursor that we did not make is refused, and nothing of it gets into a filter", () => {
  const forged = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
  const cursors = [
    "",
    "x",
    forged([AT]),
    forged([AT, "1"]),
    forged([`${AT},id.gt.0`, ID]),
    forged(["2026-02-30T12:00:00Z", ID]),
    forged(["2026-11-20T24:00:00Z", ID]),
    forged(["2026-11-20T12:60:00Z", ID]),
    forged(["0000-11-20T12:00:00Z", ID]),
    forged(["2026-11-20T12:00:00+23:00", ID]),
    forged([AT, `${ID})`]),
    forged({ created_at: AT, id: ID }),
  ];
  for (const cursor of cursors) {
    assert.throws(() => afterCursor(cursor), (error) => {
      assert(error instanceof Problem);
      return error.code === "validation_failed" && error.errors?.[0]?.path === "query.cursor";
    }, cursor);
  }
});

Deno.test("several alternatives are put under one condition", () => {
  assert.equal(allOf(["a.is.null,a.gt.1", "b.eq.2"]), "and(or(a.is.null,a.gt.1),or(b.eq.2))");
});
