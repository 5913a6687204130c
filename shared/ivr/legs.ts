import type { Scene } from "./choices.ts";
import type { Connect } from "./directive.ts";

/** What every provider takes as the longest that a leg may last, in seconds. */
const SHORTEST_LEG = 60;
const LONGEST_LEG = 7200;

/** The Retell agent of a target: its id, null for the tenant's own choice, undefined for none. */
export function retellAgent(target: string): string | null | undefined {
  const [, id] = /^retell:(.+)$/.exec(target) ?? [];
  return id === "default" ? null : id;
}

/** How a caller gets to a target that is no agent of Retell: its SIP address or its queue. */
export function agentOf(scene: Scene, target: string): Connect {
  return /^sips?:/.test(target)
    ? { kind: "dial_sip", uri: target, ...limitOf(scene) }
    : { kind: "enqueue", queue: target };
}

/** What is left of the minutes that a call may last. */
export function limitOf({ version, circumstances }: Scene): { limitSeconds?: number } {
  const { minutes } = version.limits;
  if (minutes === null) return {};
  const spent = (circumstances.now.getTime() - circumstances.startedAt.getTime()) / 1000;
  const left = Math.floor(minutes * 60 - spent);
  return { limitSeconds: Math.min(LONGEST_LEG, Math.max(SHORTEST_LEG, left)) };
}
