import type { ProblemCode } from "#shared/http/codes.ts";
import { Problem } from "#shared/http/problem.ts";

/** More than a page of any list has, in bytes; what is longer is no answer. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_RETRY_AFTER_S = 3_600;

/** A request to Retell. */
export interface RetellRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly apiKey: string;
  readonly body?: unknown;
  /** Ends the exchange, its reading included. A `TimeoutError` as its reason is a deadline. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request to Retell and reads the answer's JSON, whatever it says.
 *
 * @throws {Problem} `retell_unauthorized` where the key is refused, `retell_rate_limited`,
 * `retell_refused`, `retell_unavailable`, `retell_timeout`, `retell_bad_answer`.
 */
export async function askRetell(request: RetellRequest): Promise<unknown> {
  const { method, url, apiKey, body, signal } = request;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        accept: "application/json",
        ...body === undefined ? {} : { "content-type": "application/json" },
      },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
      // The key goes to the configured address and nowhere else.
      redirect: "manual",
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refusal(response);
    }
    return JSON.parse(await readCapped(response));
  } catch (cause) {
    throw cause instanceof Problem ? cause : new Problem(failureOf(cause), undefined, { cause });
  }
}

function refusal({ status, headers }: Response): Problem {
  const cause = new Error(`Retell answered ${status}`);
  if (status === 401 || status === 403) {
    return new Problem("retell_unauthorized", "Retell does not accept the stored API key", {
      cause,
    });
  }
  if (status === 429) {
    const after = Number.parseInt(headers.get("retry-after") ?? "", 10);
    const seconds = Number.isNaN(after) ? 1 : Math.min(Math.max(after, 1), MAX_RETRY_AFTER_S);
    return new Problem("retell_rate_limited", "Retell has had too many requests of this account", {
      headers: { "retry-after": String(seconds) },
      cause,
    });
  }
  // A 3xx would lead elsewhere, which no part of this API does.
  if (status < 400) return new Problem("retell_bad_answer", undefined, { cause });
  if (status >= 500) return new Problem("retell_unavailable", undefined, { cause });
  return new Problem("retell_refused", `Retell refuses the request with status ${status}`, {
    cause,
  });
}

function failureOf(cause: unknown): ProblemCode {
  if (cause instanceof SyntaxError || cause instanceof RangeError) return "retell_bad_answer";
  const isAbort = cause instanceof Error && /^(?:Timeout|Abort)Error$/.test(cause.name);
  return isAbort ? "retell_timeout" : "retell_unavailable";
}

async function readCapped(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > MAX_BYTES) throw new RangeError("The answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
