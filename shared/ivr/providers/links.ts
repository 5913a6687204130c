/** What the caller comes back from, where the request that brings them back does not say. */
export type After = "wait" | "record" | "dial" | "queue";

const AFTER: readonly string[] = ["wait", "record", "dial", "queue"] satisfies After[];

/** A turn's URL that says what the caller comes back from. */
export function afterwards(turn: string, after: After): string {
  return withParameter(turn, "after", after);
}

/** What the URL of a turn says that the caller comes back from, or null. */
export function afterOf(url: string): After | null {
  const after = parameterOf(url, "after");
  return isAfter(after) ? after : null;
}

/**
 * A URL that names the call, for events that do not, or that name another leg of it.
 *
 * Only good beside a step token: that is bound to the call, so that no other can be named.
 */
export function naming(url: string, callId: string): string {
  return withParameter(url, "call", callId);
}

/** The call that a URL names, or null. */
export function callNamedBy(url: string): string | null {
  return parameterOf(url, "call");
}

function isAfter(value: string | null): value is After {
  return value !== null && AFTER.includes(value);
}

function withParameter(url: string, name: string, value: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
}

function parameterOf(url: string, name: string): string | null {
  const start = url.indexOf("?");
  // Whoever wrote the parameter wrote its name like this, and few URLs have one: parsing is for them.
  if (start < 0 || !url.includes(`${name}=`, start)) return null;
  return new URLSearchParams(url.slice(start)).get(name);
}
