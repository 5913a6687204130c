import { z } from "zod";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";
import { Problem } from "../http/problem.ts";
import type { ClaimedJob, JobKind, Outcome, Slice } from "../jobs/job.ts";
import { log } from "../log.ts";
import { checkAccount } from "./check_account.ts";

/** How many accounts are listed at once. */
const AT_ONCE = 50;
/** After so many in a row with whom Retell failed, it fails with everybody. */
const IN_A_ROW = 5;
/** When to ask a failing Retell again, in seconds, and how often. */
const PATIENCE_S = 900;
const PAUSES = 8;
/** What says nothing of an account, because Retell itself fails. */
const FAILURES: ReadonlySet<string> = new Set([
  "retell_unavailable",
  "retell_timeout",
  "retell_bad_answer",
]);
/** What is the matter with one account only, of which nothing comes to be known. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "not_configured",
  "not_found",
  "retell_not_configured",
  "retell_rate_limited",
  "retell_refused",
]);

const NO_USER = "every tenant's account is looked at, while none of them is there";

const placeSchema = z.object({
  /** The user who was asked about last. */
  after: z.string().nullable().default(null),
  connected: z.number().default(0),
  refused: z.number().default(0),
  /** Accounts of which nothing came to be known: their status stays. */
  unknown: z.number().default(0),
});

const progressSchema = placeSchema.extend({
  /** With how many Retell has failed since it last answered, and where that began. */
  failing: z.object({ length: z.number(), since: placeSchema }).nullable().default(null),
  pauses: z.number().default(0),
});

type Progress = z.output<typeof progressSchema>;
type Verdict = "connected" | "refused" | "unknown" | "failing";

/**
 * Asks Retell with every stored key whether it is still taken, one after the other. While Retell
 * fails it waits, and asks about the same accounts again; where that takes hours the job fails.
 */
export const retellStatusJob: JobKind = { maxAttempts: 5, run };

async function run(job: ClaimedJob, slice: Slice): Promise<Outcome> {
  const progress = progressSchema.parse(job.progress);
  for (let users; (users = await listUsers(progress.after)).length > 0;) {
    for (const userId of users) {
      if (!slice.hasTime()) return { state: "queued", progress };
      note(progress, userId, await ask(userId));
      if (progress.failing?.length === IN_A_ROW) return pause(progress);
      await slice.save(progress);
    }
  }
  const hasAnswered = progress.connected + progress.refused > 0;
  return hasAnswered || progress.failing === null ? { state: "done", progress } : pause(progress);
}

function note(progress: Progress, userId: string, verdict: Verdict): void {
  if (verdict === "failing") {
    const { length, since } = progress.failing ?? { length: 0, since: placeSchema.parse(progress) };
    progress.failing = { length: length + 1, since };
  } else if (verdict !== "unknown") {
    progress.failing = null;
  }
  progress[verdict === "failing" ? "unknown" : verdict]++;
  progress.after = userId;
}

/** Goes back to where Retell began to fail, later; fails where it has been waited for long enough. */
function pause({ failing, pauses }: Progress): Outcome {
  if (pauses === PAUSES) throw new Problem("retell_unavailable");
  const progress = { ...failing?.since, pauses: pauses + 1 };
  return { state: "queued", progress, waitSeconds: PATIENCE_S };
}

async function listUsers(after: string | null): Promise<string[]> {
  const args = { p_after: after, p_count: AT_ONCE };
  return unwrap(await patientClient(NO_USER).rpc("list_retell_users", args), z.array(z.string()));
}

/** @throws what is neither Retell's failure nor one account's, such as the database's. */
async function ask(userId: string): Promise<Verdict> {
  try {
    await checkAccount(userId);
    return "connected";
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    if (cause.code === "retell_unauthorized") return "refused";
    const isFailure = FAILURES.has(cause.code);
    if (!isFailure && !UNKNOWN.has(cause.code)) throw cause;
    log.warn("retell account not checked", { tenant_id: userId, cause });
    return isFailure ? "failing" : "unknown";
  }
}
