import { step } from "#shared/ivr/step.ts";
import { placeCalls } from "./generated_calls.ts";

Deno.test("10,000 calls through generated menus end within their limits", () => {
  const coverage = placeCalls(10_000, 1, step);
  console.table(Object.fromEntries([...coverage].sort()));
});
