/** The Supabase CLI that everything here is tried with; pinned, as everything else is. */
export const SUPABASE_CLI = "supabase@3.1.0";

/** How a run of the CLI ended. */
export interface CliOutcome {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the CLI is run. */
export interface CliOptions extends Pick<Deno.CommandOptions, "cwd" | "env"> {
  /** When it is given up, in milliseconds; only for what changes nothing, which can be ended anywhere. */
  readonly deadlineMs?: number;
}

/** Runs the CLI to its end, without a terminal: it asks nothing. */
export async function supabase(
  args: readonly string[],
  { deadlineMs, ...options }: CliOptions = {},
): Promise<CliOutcome> {
  const child = new Deno.Command("npx", {
    args: ["-y", SUPABASE_CLI, ...args],
    ...options,
    // Colours would be in what is read from it.
    env: { NO_COLOR: "1", npm_config_loglevel: "error", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own can be ended as a whole; npx alone would leave the CLI behind.
    detached: deadlineMs !== undefined,
  }).spawn();
  const ending = deadlineMs === undefined ? undefined : endInTime(child.pid, deadlineMs);
  const { success, stdout, stderr } = await child.output();
  const why = ending?.();
  if (why !== undefined) {
    return { success: false, stdout: "", stderr: `supabase ${args.slice(0, 2).join(" ")} ${why}` };
  }
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/**
 * Ends a group of processes at a deadline, or on Ctrl-C, which reaches only our own.
 *
 * @returns what is called once they are gone: it tells why, if they were ended.
 */
function endInTime(group: number, deadlineMs: number): () => string | undefined {
  let why: string | undefined;
  const end = (reason: string) => {
    why ??= reason;
    try {
      Deno.kill(-group, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const interrupted = () => end("did not end: it was interrupted");
  const timer = setTimeout(() => end(`did not answer within ${deadlineMs / 1000} s`), deadlineMs);
  Deno.addSignalListener("SIGINT", interrupted);
  return () => {
    clearTimeout(timer);
    Deno.removeSignalListener("SIGINT", interrupted);
    return why;
  };
}

/**
 * Runs the CLI to an end that must be good.
 *
 * @returns what it printed to standard output.
 * @throws {Error} with all that it printed.
 */
export async function supabaseOrThrow(
  args: readonly string[],
  options: CliOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await supabase(args, options);
  if (!success) {
    throw new Error(`supabase ${args.slice(0, 2).join(" ")} failed:\n${stdout}${stderr}`);
  }
  return stdout;
}
