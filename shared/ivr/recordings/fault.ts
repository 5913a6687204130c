/** Why a copy failed, as the owner reads it in `call_recordings.error`. The union is closed. */
export type CopyFaultCode =
  | "refused_url"
  | "no_credentials"
  | "unreadable_secret"
  | "unresolvable"
  | "connection_failed"
  | "timed_out"
  | "refused_by_provider"
  | "not_found"
  | "provider_error"
  | "too_large"
  | "not_audio"
  | "empty"
  | "storage_failed"
  | "internal_error";

/** Faults that the next attempt would meet again. */
const FINAL: readonly CopyFaultCode[] = ["refused_url", "no_credentials", "too_large"];

/** What went wrong with a copy. The message is for the log, and holds nothing of the URL's path. */
export class CopyFault extends Error {
  override name = "CopyFault";

  constructor(readonly code: CopyFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** Whether there is no use in trying again. */
  get isFinal(): boolean {
    return FINAL.includes(this.code);
  }
}
