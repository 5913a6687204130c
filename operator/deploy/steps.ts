import { ROOT } from "#local/paths.ts";
import { type CliOptions, type CliOutcome, supabase } from "../supabase_cli.ts";
import { stage } from "./staging.ts";

/** The project that is deployed to, and how the CLI reaches it. */
export interface Target {
  /** The project's reference: 20 lower-case letters. */
  readonly ref: string;
  /** A file that says where the platform is, if that is not the hosted one. */
  readonly profile?: string | undefined;
  /** What the CLI is told beside the environment that it inherits. */
  readonly env?: Record<string, string>;
}

/** How long an answer may take that changes nothing, in milliseconds. */
export const ANSWER_MS = 60_000;

/** Runs the CLI in the clone, or in another folder, for a project. */
export function onProject(
  { ref, profile, env = {} }: Target,
  args: readonly string[],
  options: Pick<CliOptions, "cwd" | "deadlineMs"> = {},
): Promise<CliOutcome> {
  const where = profile === undefined ? [] : [`--profile=${profile}`];
  return supabase([...args, `--remote=${ref}`, ...where], { cwd: ROOT, env, ...options });
}

/** Asks the platform for something, which changes nothing and is given up after a minute. */
export function askProject(target: Target, args: readonly string[]): Promise<CliOutcome> {
  return onProject(target, args, { deadlineMs: ANSWER_MS });
}

/** Gives the functions the secrets of a file. */
export function setSecrets(target: Target, envFile: string): Promise<CliOutcome> {
  return onProject(target, ["secrets", "set", `--env-file=${envFile}`, "--yes"]);
}

/** Uploads every function, each with what it imports and nothing else. */
export async function deployFunctions(target: Target): Promise<CliOutcome> {
  const folder = await Deno.makeTempDir({ prefix: "switchboard-deploy-" });
  try {
    await stage(folder);
    const args = ["functions", "deploy", "--use-api", "--yes", `--workdir=${folder}`];
    return await onProject(target, args, { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
