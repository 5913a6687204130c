import { cpus, loadavg, totalmem } from "node:os";
import { ROOT } from "#local/paths.ts";

/** The machine and what else it is doing, without which no number says anything. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(1)).join(" ");
  return `${cpus().length} × ${
    first?.model ?? "unknown"
  }, ${memory} GiB, Deno ${Deno.version.deno}, load ${load}`;
}

/** The commit that is measured, and whether anything was changed since. */
export async function currentCommit(): Promise<string> {
  const [commit, changes] = await Promise.all([
    git("rev-parse", "HEAD"),
    // Results that were just written are no change of what they measured.
    git("status", "--porcelain", "--", ":(exclude)bench/results"),
  ]);
  return changes === "" ? commit : `${commit}, changed since`;
}

async function git(...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT })
    .output();
  if (!success) throw new Error(`git ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout).trim();
}
