import type { RetellCall } from "./call.ts";

/** The status of a call as `call_logs` has it. */
export type CallStatus =
  | "queued"
  | "in-progress"
  | "completed"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled";

/** What became of calls that nobody talked in, by `disconnection_reason`. */
const OUTCOMES: Readonly<Record<string, CallStatus>> = {
  dial_busy: "busy",
  user_declined: "busy",
  dial_no_answer: "no-answer",
  error_user_not_joined: "no-answer",
  user_hangup: "canceled",
  agent_hangup: "canceled",
  registered_call_timeout: "canceled",
  manual_stopped: "canceled",
};

/**
 * The status of a call that Retell tells of, or null where it does not say.
 *
 * @param isOver whether the event is one of calls that are over.
 */
export function statusOf(
  call: Pick<RetellCall, "call_status" | "disconnection_reason">,
  isOver: boolean,
): CallStatus | null {
  const { call_status: status, disconnection_reason: reason } = call;
  if (status === "not_connected" || status === "error") {
    const otherwise = status === "not_connected" && reason === null ? "no-answer" : "failed";
    return OUTCOMES[reason ?? ""] ?? otherwise;
  }
  if (status === "ended" || isOver) return "completed";
  if (status === "registered") return "queued";
  return status === "ongoing" ? "in-progress" : null;
}
