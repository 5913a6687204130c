import type { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import type { Input } from "../input.ts";
import { dropControls } from "../text.ts";

/** Longer than any answer to a menu; what follows is of no use to it. */
const LONGEST_SPEECH = 500;

/** Reads what a provider sent. @throws {Problem} `invalid_request` with the path of each bad value. */
export function readParameters<T>(schema: z.ZodType<T>, parameters: unknown): T {
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  throw new Problem("invalid_request", "The provider sent a parameter that cannot be read", {
    errors: result.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

/** Digits as an input, or null where none were entered. @throws {Problem} `invalid_digits` */
export function digitsInput(digits: string | null | undefined): Input | null {
  if (digits === undefined || digits === null || digits === "") return null;
  if (!/^[0-9*#A-D]{1,64}$/.test(digits)) {
    throw new Problem("invalid_digits", "Digits are 1 to 64 of 0-9 * # A-D");
  }
  return { kind: "digits", digits };
}

/** What was said as an input, or null where nothing was understood. */
export function speechInput(
  text: string | undefined,
  confidence: string | number | undefined,
): Input | null {
  const said = dropControls((text ?? "").slice(0, LONGEST_SPEECH)).trim();
  if (said === "") return null;
  const sure = confidence === undefined || confidence === "" ? NaN : Number(confidence);
  return { kind: "speech", text: said, confidence: sure >= 0 && sure <= 1 ? sure : null };
}
