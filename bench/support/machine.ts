import { cpus, loadavg, totalmem } from "node:os";

/** The machine and what else it is doing, without which no number says anything. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(1)).join(" ");
  return `${cpus().length} × ${
    first?.model ?? "unknown"
  }, ${memory} GiB, Deno ${Deno.version.deno}, load ${load}`;
}
