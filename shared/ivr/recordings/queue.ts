import { z } from "zod";
import { adminClient } from "#shared/db/clients.ts";
import { unwrap } from "#shared/db/errors.ts";
import { PROVIDER_NAMES } from "../providers/mod.ts";
import type { Recording } from "../providers/provider.ts";
import type { CopyFault } from "./fault.ts";

// The calls of `supabase/migrations/…_call_recordings.sql`.

const NO_USER = "recordings are announced by providers and copied by cron, which are no users";

const announced = z.object({ id: z.guid(), pending: z.boolean() });

const claimedRecording = z.object({
  id: z.guid(),
  fence: z.int(),
  user_id: z.guid(),
  call_log_id: z.guid(),
  url: z.string(),
  provider: z.enum(PROVIDER_NAMES),
  account_sid: z.string().nullable(),
  secrets: z.array(
    z.object({ id: z.guid(), purpose: z.enum(["signing", "api"]), sealed: z.string() }),
  ),
});

/** A recording that this worker has to itself until its lease ends; its secrets still sealed. */
export type ClaimedRecording = z.infer<typeof claimedRecording>;

/**
 * Takes in a recording that was announced, once however often that is said.
 *
 * @throws {Problem} `unknown_session` where the connection had no such call.
 */
export async function announceRecording(
  connectionId: string,
  callId: string,
  recording: Recording & { readonly url: string },
): Promise<z.infer<typeof announced>> {
  const result = await adminClient(NO_USER).rpc("ivr_announce_recording", {
    p_connection_id: connectionId,
    p_call_id: callId,
    p_recording_id: recording.recordingId,
    p_url: recording.url,
    p_duration_seconds: recording.durationSeconds,
  });
  return unwrap(result, announced);
}

/**
 * Takes recordings that are due.
 *
 * @param leaseSeconds for how long they are this worker's.
 * @param recordingId this one alone, if it is due.
 */
export async function claimRecordings(
  limit: number,
  leaseSeconds: number,
  recordingId?: string,
): Promise<ClaimedRecording[]> {
  const result = await adminClient(NO_USER).rpc("ivr_claim_recordings", {
    p_limit: limit,
    p_lease_seconds: leaseSeconds,
    p_recording_id: recordingId ?? null,
  });
  return unwrap(result, z.array(claimedRecording));
}

/** An object in the bucket for recordings. */
export interface StoredRecording {
  readonly path: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** Says that a recording is in storage; false where it is gone, so that its object must go too. */
export async function completeRecording(id: string, stored: StoredRecording): Promise<boolean> {
  const result = await adminClient(NO_USER).rpc("ivr_complete_recording", {
    p_recording_id: id,
    p_path: stored.path,
    p_bytes: stored.bytes,
    p_content_type: stored.contentType,
  });
  return unwrap(result, z.boolean());
}

/** Says that an attempt failed; what the recording's status is then, or null if another has it. */
export async function failRecording(
  { id, fence }: ClaimedRecording,
  fault: CopyFault,
): Promise<"pending" | "failed" | null> {
  const result = await adminClient(NO_USER).rpc("ivr_fail_recording", {
    p_recording_id: id,
    p_fence: fence,
    p_error: fault.code,
    p_final: fault.isFinal,
  });
  return unwrap(result, z.enum(["pending", "failed"]).nullable());
}
