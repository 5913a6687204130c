import { toProblem } from "#shared/http/error_hook.ts";
import type { Problem } from "#shared/http/problem.ts";

/** What an action came to: its value, or the problem that it met. */
export type Attempt<Value> =
  | { readonly value: Value; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: Problem };

/** Does something that may fail, whose failure is only to be told later. */
export async function attempt<Value>(
  action: () => Value | Promise<Value>,
): Promise<Attempt<Value>> {
  try {
    return { value: await action() };
  } catch (error) {
    return { problem: toProblem(error) };
  }
}

/** The value of a successful attempt. @throws {Problem} the problem of a failed one. */
export function resultOf<Value>(attempt: Attempt<Value>): Value {
  if (attempt.problem) throw attempt.problem;
  return attempt.value;
}
