import assert from "node:assert/strict";
import { z } from "zod";
import { databaseProblem, unwrap } from "#shared/db/errors.ts";
import { type ProblemCode, PROBLEMS } from "#shared/http/codes.ts";
import { Problem } from "#shared/http/problem.ts";

/** An error as supabase-js gives it. */
const error = (code: string, details: string | null = null, hint: string | null = null) => ({
  message: "in whatever language",
  code,
  details,
  hint,
});

Deno.test("each code of PostgREST and Postgres has its problem", async (t) => {
  const expected: Record<string, ProblemCode> = {
    "23505": "conflict",
    "23503": "conflict",
    "23P01": "conflict",
    "23514": "validation_failed",
    "23502": "validation_failed",
    "22P02": "validation_failed",
    "22001": "validation_failed",
    "42501": "forbidden",
    "40001": "conflict",
    "40P01": "conflict",
    "PGRST116": "not_found",
    "PGRST301": "invalid_token",
    "PGRST303": "invalid_token",
    "PGRST202": "database_behind",
    "PGRST205": "database_behind",
    "42883": "database_behind",
    "42P01": "database_behind",
    "42703": "database_behind",
    "PGRST000": "database_unavailable",
    "PGRST002": "database_unavailable",
    "PGRST003": "database_unavailable",
    "08006": "database_unavailable",
    "53300": "database_unavailable",
    "57P01": "database_unavailable",
    "57014": "database_unavailable",
    "P0001": "internal_error",
    "42601": "internal_error",
    "XX000": "internal_error",
    "PGRST100": "internal_error",
    "SUP": "internal_error",
    "": "internal_error",
  };
  for (const [code, problem] of Object.entries(expected)) {
    await t.step(`${code || "no code"} is ${problem}`, () => {
      assert.equal(databaseProblem(error(code), 500).code, problem);
    });
  }
});

Deno.test("our SQL's code arrives, whatever its status, with the field at fault", () => {
  for (const code of ["not_found", "menu_not_published", "conflict"] as const) {
    const problem = databaseProblem(error(`PT${PROBLEMS[code].status}`, code), 400);
    assert.deepEqual([problem.code, problem.errors], [code, undefined]);
  }
  assert.deepEqual(
    databaseProblem(error("PT403", "protected_column", "published_version_id")).errors,
    [
      { path: "published_version_id", message: PROBLEMS.protected_column.title },
    ],
  );
});

Deno.test("our SQL names several faults as a list", () => {
  const faults = [{ path: "menus.main.items.0.target", message: "No such menu" }];
  const problem = databaseProblem(error("PT422", "invalid_menu", JSON.stringify(faults)), 422);
  assert.deepEqual([problem.code, problem.errors], ["invalid_menu", faults]);
});

Deno.test("a detail that is none of our codes is not taken for one", () => {
  for (const details of [null, "", "toString", "Failing row contains (1)"]) {
    assert.equal(databaseProblem(error("PT422", details), 422).code, "internal_error");
  }
  // Text of our making counts only where our SQL raised it.
  assert.equal(databaseProblem(error("P0001", "conflict"), 400).code, "internal_error");
});

Deno.test("no answer, a gateway's answer and a deadline all mean that the database is unavailable", () => {
  const timeout = new DOMException("Signal timed out", "TimeoutError");
  const abort = new DOMException("Aborted", "AbortError");
  assert.equal(databaseProblem(error(""), 0).code, "database_unavailable");
  assert.equal(databaseProblem({ message: "<html>" }, 503).code, "database_unavailable");
  assert.equal(databaseProblem({ message: "<html>" }, 521).code, "database_unavailable");
  assert.equal(databaseProblem(timeout).code, "database_unavailable");
  assert.equal(databaseProblem(abort).code, "database_unavailable");
});

Deno.test("whatever is thrown becomes a problem that keeps its cause", () => {
  for (const thrown of [new TypeError("x"), "text", undefined, null, 7, { code: 7 }, []]) {
    const problem = databaseProblem(thrown);
    assert.deepEqual([problem.code, problem.cause], ["internal_error", thrown]);
  }
});

Deno.test("unwrap gives the data, and of the given shape where one is given", () => {
  const row = z.object({ id: z.number() });
  assert.deepEqual(unwrap({ data: [1], error: null }), [1]);
  assert.deepEqual(unwrap({ data: { id: 1, more: true }, error: null }, row), { id: 1 });
  assert.equal(unwrap({ data: null, error: null }, row.nullable()), null);
});

Deno.test("unwrap throws the problem of a failed result", () => {
  assert.throws(
    () => unwrap({ data: null, error: error("23505"), status: 409 }),
    (thrown) => thrown instanceof Problem && thrown.code === "conflict",
  );
});

Deno.test("unwrap does not pass on data of another shape", () => {
  assert.throws(
    () => unwrap({ data: { id: "1" }, error: null }, z.object({ id: z.number() })),
    (thrown) =>
      thrown instanceof Problem && thrown.code === "internal_error" &&
      thrown.cause instanceof z.ZodError,
  );
});
