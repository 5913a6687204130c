/** Why a call could not go on. */
export type CallFailureCode =
  | "unreachable"
  | "timed_out"
  | "signature_refused"
  | "bad_status"
  | "bad_content_type"
  | "unparsable"
  | "too_large"
  | "bad_address"
  | "too_many_documents"
  | "apologised"
  | "status_callback_refused"
  | "recording_callback_refused"
  | "bad_secret";

/** Ends a call as failed; `code` is for switching, the message for reading. */
export class CallFailure extends Error {
  override name = "CallFailure";

  constructor(
    readonly code: CallFailureCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
