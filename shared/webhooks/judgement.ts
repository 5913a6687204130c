import { DeliveryFault } from "./fault.ts";
import { parseRetryAfter, retryDelay } from "./schedule.ts";

/** What became of an attempt. `gone` and `disabled` end the endpoint too, `failed` this delivery. */
export type Verdict = "delivered" | "retry" | "failed" | "gone" | "disabled";

/** What came back from an endpoint. */
export interface Answer {
  /** Null where nothing came back. */
  readonly status: number | null;
  readonly retryAfter: string | undefined;
  /** The header `webhook-delivery`: `disable` or `abort-message`. */
  readonly instruction: string | undefined;
  /** What of the body was read; text without NUL. Null where nothing came back. */
  readonly body: string | null;
  /** Why there is no whole answer. */
  readonly fault: DeliveryFault | undefined;
}

/** Where in its schedule a delivery is. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  /** The waits before each retry, in seconds; none where there is no retry. */
  readonly schedule: readonly number[];
}

/** The judgement of an answer. */
export interface Judgement {
  readonly verdict: Verdict;
  /** When to try again, in milliseconds; with the verdict `retry` alone. */
  readonly retryInMs: number | null;
  /** Null where the event was delivered. */
  readonly fault: DeliveryFault | null;
}

/** Time and chance, for what is judged by them. */
export interface JudgementOptions {
  /** In milliseconds of Unix time. */
  readonly now: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** Too many requests, and unavailable: the answers whose `Retry-After` is heeded. */
const THROTTLING = [429, 503];

/**
 * Judges an answer by Standard Webhooks 1.0.0: 2xx alone is success, 410 ends the endpoint, and a
 * redirect is not followed. `webhook-delivery: disable` in the answer ends the endpoint too, and
 * `abort-message` spares this delivery its retries.
 */
export function judge(answer: Answer, at: Attempt, options: JudgementOptions): Judgement {
  const fault = faultOf(answer);
  if (answer.status === 410) return { verdict: "gone", retryInMs: null, fault };
  if (answer.instruction === "disable") return { verdict: "disabled", retryInMs: null, fault };
  if (fault === null) return { verdict: "delivered", retryInMs: null, fault };
  const wait = retryDelay(at.schedule, at.attempt, options.random);
  if (wait === undefined || answer.instruction === "abort-message") {
    return { verdict: "failed", retryInMs: null, fault };
  }
  return { verdict: "retry", retryInMs: askedFor(answer, options.now) ?? wait, fault };
}

function faultOf({ status, fault }: Answer): DeliveryFault | null {
  if (fault !== undefined) return fault;
  if (status === null) return new DeliveryFault("invalid_response", "There was no answer");
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400
    ? new DeliveryFault("redirected", `The answer is ${status}, and redirects are not followed`)
    : new DeliveryFault("refused", `The answer is ${status}`);
}

function askedFor({ status, retryAfter }: Answer, now: number): number | undefined {
  if (status === null || !THROTTLING.includes(status) || retryAfter === undefined) return undefined;
  return parseRetryAfter(retryAfter, now);
}
