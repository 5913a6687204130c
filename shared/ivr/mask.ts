import type { Input } from "./input.ts";

/** An input as it is kept: what was entered where a menu is sensitive is left out. */
export type RecordedInput = Input | { readonly kind: "digits" | "speech"; readonly masked: true };

/** What may be kept of an input. */
export function maskInput(input: Input, sensitive: boolean): RecordedInput {
  return sensitive && (input.kind === "digits" || input.kind === "speech")
    ? { kind: input.kind, masked: true }
    : input;
}
