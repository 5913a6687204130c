import { requireKeyring } from "#shared/secrets.ts";
import { log } from "#shared/log.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { PROVIDERS } from "../providers/mod.ts";
import type { RecordingSource } from "../providers/provider.ts";
import { authorizations } from "./credentials.ts";
import { download, type DownloadOptions } from "./download.ts";
import { CopyFault } from "./fault.ts";
import {
  type ClaimedRecording,
  claimRecordings,
  completeRecording,
  failRecording,
  type StoredRecording,
} from "./queue.ts";
import { removeObject, storeObject } from "./storage.ts";

/** How long one copy may take, upload included, in milliseconds. */
const DEADLINE_MS = 100_000;
/** Longer than a copy takes, so that nobody else begins it meanwhile. */
const LEASE_S = 150;
/** How many are copied at once. */
const AT_ONCE = 3;
/** After so long nothing more is begun, in milliseconds: the platform gives a request 150 s. */
const BUDGET_MS = 30_000;

/** What may be otherwise in tests. */
export interface CopyOptions extends Omit<DownloadOptions, "signal"> {
  /** Where a provider's recordings are, in place of what its file says. */
  readonly sources?: Partial<Record<ClaimedRecording["provider"], RecordingSource>>;
  readonly deadlineMs?: number;
}

/** What a run did. */
export interface Copied {
  copied: number;
  /** Attempts that failed, with another to come or not. */
  failed: number;
}

/**
 * Copies what is due, until nothing is or the time is up. Several at once are safe.
 *
 * @param recordingId this one alone.
 */
export async function copyRecordings(
  options: CopyOptions = {},
  recordingId?: string,
): Promise<Copied> {
  const result: Copied = { copied: 0, failed: 0 };
  const until = performance.now() + BUDGET_MS;
  do {
    const claimed = await claimRecordings(AT_ONCE, LEASE_S, recordingId);
    if (claimed.length === 0) break;
    const outcomes = await Promise.all(claimed.map((one) => copyOne(one, options)));
    for (const outcome of outcomes) if (outcome !== "abandoned") result[outcome]++;
    if (outcomes.includes("abandoned")) break;
  } while (recordingId === undefined && performance.now() < until);
  if (result.copied > 0) kickDispatch();
  return result;
}

const underway = new Set<AbortController>();

/** Cuts every copy of this isolate where it is; each is begun again when its lease is over. */
export function abandonCopies(): void {
  for (const copy of underway) copy.abort(ABANDONED);
}

const ABANDONED = new Error("The copy was abandoned");

/** Makes one attempt; tells what it came to. */
async function copyOne(
  recording: ClaimedRecording,
  options: CopyOptions,
): Promise<keyof Copied | "abandoned"> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.deadlineMs ?? DEADLINE_MS);
  underway.add(deadline);
  try {
    const stored = await transfer(recording, { ...options, signal: deadline.signal });
    if (!await completeRecording(recording.id, stored)) await removeObject(stored.path);
    return "copied";
  } catch (error) {
    if (deadline.signal.reason === ABANDONED) return "abandoned";
    await report(recording, error);
    return "failed";
  } finally {
    clearTimeout(timer);
    underway.delete(deadline);
  }
}

/** Says that an attempt failed. Where that cannot be said, its lease ends by itself. */
async function report(recording: ClaimedRecording, error: unknown): Promise<void> {
  const fault = error instanceof CopyFault
    ? error
    : new CopyFault("internal_error", "The copy failed", { cause: error });
  const { code, message: reason, cause } = fault;
  const about = { recording_id: recording.id, tenant_id: recording.user_id, code, reason, cause };
  try {
    const status = await failRecording(recording, fault);
    log.warn("recording not copied", { ...about, status });
  } catch (unsaid) {
    log.error("a failed copy could not be recorded", { ...about, unsaid });
  }
}

async function transfer(
  recording: ClaimedRecording,
  options: CopyOptions & DownloadOptions,
): Promise<StoredRecording> {
  const source = options.sources?.[recording.provider] ?? PROVIDERS[recording.provider].recordings;
  const asked = await authorizations(source, recording, requireKeyring(), new Date());
  await using coming = await download(recording.url, source, asked, options);
  const { contentType, extension } = coming.format;
  const path = `${recording.user_id}/${recording.call_log_id}/${recording.id}.${extension}`;
  const bytes = await storeObject(path, contentType, coming.content, options.signal);
  return { path, bytes, contentType };
}
