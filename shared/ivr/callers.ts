/** Who may call a connection. Entries are E.164 numbers, beginnings such as `+4930*`, or `anonymous`. */
export interface CallerLists {
  /** Where it is not empty, nobody else may call. */
  readonly allowed: readonly string[];
  /** Who may not, even if allowed. */
  readonly blocked: readonly string[];
}

/**
 * Whether a caller is turned away.
 *
 * @param from E.164 or a SIP address; null for a withheld number.
 */
export function isRefused({ allowed, blocked }: CallerLists, from: string | null): boolean {
  const caller = from ?? "anonymous";
  const isOn = (list: readonly string[]) =>
    list.some((entry) =>
      entry.endsWith("*") ? caller.startsWith(entry.slice(0, -1)) : caller === entry
    );
  return isOn(blocked) || allowed.length > 0 && !isOn(allowed);
}
