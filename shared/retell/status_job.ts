import { z } from "zod";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import { Problem } from "../http/problem.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { log } from "../log.ts";
import { checkAccount } from "./check_account.ts";

/** How many accounts are listed at once. */
const AT_ONCE = 50;
/** After so many in a row of which nothing came to be known, it is Retell that fails, and not they. */
const IN_A_ROW = 5;
/** When to ask a failing Retell again, in seconds, and how often. */
const PATIENCE_S = 900;
const PAUSES = 8;

const NO_USER = "every tenant's account is looked at, while none of them is there";

const progressSchema = z.object({
  /** The user who was asked about last. */
  after: z.string().nullable().default(null),
  connected: z.number().default(0),
  refused: z.number().default(0),
  /** Accounts of which nothing came to be known: their status stays. */
  unknown: z.number().default(0),
  /** How many of these there were in a row, and the user before the first of them. */
  streak: z.object({ length: z.number(), before: z.string().nullable() })
    .default({ length: 0, before: null }),
  pauses: z.number().default(0),
});

type Verdict = "connected" | "refused" | "unknown";

/** Asks Retell with every stored key whether it is still taken, one after the other. */
export const retellStatusJob: JobKind = { maxAttempts: 5, run };

async function run(job: ClaimedJob, slice: Slice): Promise<Outcome> {
  const progress = progressSchema.parse(job.progress);
  for (let users; (users = await listUsers(progress.after)).length > 0;) {
    for (const userId of users) {
      if (!slice.hasTime()) return { state: "queued", progress };
      const verdict = await ask(userId);
      progress[verdict]++;
      progress.streak = verdict === "unknown"
        ? { ...progress.streak, length: progress.streak.length + 1 }
        : { length: 0, before: userId };
      progress.after = userId;
      if (progress.streak.length === IN_A_ROW) {
        if (progress.pauses === PAUSES) return { state: "done", progress };
        progress.pauses++;
        progress.unknown -= IN_A_ROW;
        progress.after = progress.streak.before;
        progress.streak = { length: 0, before: progress.after };
        return { state: "queued", progress, waitSeconds: PATIENCE_S };
      }
      await slice.save(progress);
    }
  }
  return { state: "done", progress };
}

async function listUsers(after: string | null): Promise<string[]> {
  const args = { p_after: after, p_count: AT_ONCE };
  return unwrap(await patientClient(NO_USER).rpc("list_retell_users", args), z.array(z.string()));
}

async function ask(userId: string): Promise<Verdict> {
  try {
    await checkAccount(userId);
    return "connected";
  } catch (cause) {
    if (cause instanceof Problem && cause.code === "retell_unauthorized") return "refused";
    log.warn("retell account not checked", { tenant_id: userId, cause });
    return "unknown";
  }
}
