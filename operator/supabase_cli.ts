/** The Supabase CLI that everything here is tried with; pinned, as everything else is. */
export const SUPABASE_CLI = "supabase@3.1.0";

/** How a run of the CLI ended. */
export interface CliOutcome {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI to its end, without a terminal: it asks nothing. */
export async function supabase(
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<CliOutcome> {
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", SUPABASE_CLI, ...args],
    ...options,
    // Colours would be in what is read from it.
    env: { NO_COLOR: "1", npm_config_loglevel: "error", ...options.env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/**
 * Runs the CLI to an end that must be good.
 *
 * @returns what it printed to standard output.
 * @throws {Error} with all that it printed.
 */
export async function supabaseOrThrow(
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const { success, stdout, stderr } = await supabase(args, options);
  if (!success) {
    throw new Error(`supabase ${args.slice(0, 2).join(" ")} failed:\n${stdout}${stderr}`);
  }
  return stdout;
}
