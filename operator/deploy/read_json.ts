import { z } from "zod";
import { LocalFailure } from "#local/failure.ts";
import { parseJson } from "#shared/json.ts";
import type { CliOutcome } from "../supabase_cli.ts";

const failure = z.object({ error: z.object({ message: z.string() }) });

/**
 * Reads what the CLI answered to a command with `--output-format=json`.
 *
 * @param what was wanted of it, for the sentence if it failed.
 * @throws {LocalFailure} with the CLI's own reason.
 */
export function readJson<Schema extends z.ZodType>(
  { success, stdout, stderr }: CliOutcome,
  schema: Schema,
  what: string,
): z.output<Schema> {
  const answer = parseJson(stdout);
  const parsed = schema.safeParse(answer);
  if (success && parsed.success) return parsed.data;
  const refused = failure.safeParse(answer);
  const reason = refused.success ? refused.data.error.message : firstFault(stderr);
  throw new LocalFailure(`${what}: ${sentence(reason)}`);
}

/** Where the CLI says nothing in JSON, its first line that is no progress. */
export function firstFault(text: string): string {
  return text.split("\n").map((line) => line.replace(/^[│▲■◇\s]+/, "").trim())
    .find((line) => /fail|error|not |denied|refus|unable|invalid|must/i.test(line)) ??
    "the Supabase CLI failed without a reason";
}

/** A reason on one line. What the platform answered in JSON is put in its own words. */
function sentence(reason: string): string {
  const [, before, body] = /^(.*?):?\s*(\{.*\})$/s.exec(reason) ?? [];
  const said = z.object({ message: z.string() }).safeParse(parseJson(body ?? ""));
  return (said.success ? `${before}: ${said.data.message}` : reason).replace(/\s+/g, " ").trim();
}
