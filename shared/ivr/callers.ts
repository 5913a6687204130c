/** Who may call a connection. Entries are of {@linkcode CALLER_ENTRY}. */
export interface CallerLists {
  /** Where it is not empty, nobody else may call. */
  readonly allowed: readonly string[];
  /** Who may not, even if allowed. */
  readonly blocked: readonly string[];
}

/** An E.164 number, a beginning such as `+4930*`, a SIP address, or `anonymous`. */
export const CALLER_ENTRY = /^(?:\+[0-9]{1,15}\*?|anonymous|sips?:[^\s\p{Cc}\p{Cs}]{1,240})$/u;

/** An entry as an owner writes it, in the form that callers are compared with. */
export function callerEntry(text: string): string {
  const entry = text.trim();
  if (/^sips?:/i.test(entry)) return sipAddress(entry);
  return entry.startsWith("+") ? entry.replace(/[\s().-]/g, "") : entry.toLowerCase();
}

/**
 * Whether a caller is turned away.
 *
 * @param from E.164 or a SIP address; null for a withheld number.
 */
export function isRefused({ allowed, blocked }: CallerLists, from: string | null): boolean {
  const caller = callerEntry(from ?? "anonymous");
  const isOn = (list: readonly string[]) =>
    list.some((entry) =>
      entry.endsWith("*") ? caller.startsWith(entry.slice(0, -1)) : caller === callerEntry(entry)
    );
  return isOn(blocked) || allowed.length > 0 && !isOn(allowed);
}

/** Whom a SIP address names: without port, parameters and headers, which differ from call to call. */
function sipAddress(uri: string): string {
  const [address = ""] = uri.split(/[;?]/);
  return address.toLowerCase().replace(/(?<=@[^@]+):\d+$/, "");
}
