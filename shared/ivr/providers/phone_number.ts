/**
 * A party of a call in E.164 form, where the provider leaves out the plus; null for a withheld one.
 *
 * SIP addresses and short codes stay as they are.
 */
export function partyOf(sent: string | undefined): string | null {
  if (!sent) return null;
  return /^[1-9]\d{6,14}$/.test(sent) ? `+${sent}` : sent;
}

/** A number as such a provider wants it: E.164 without the plus. */
export function withoutPlus(number: string): string {
  return number.replace(/^\+/, "");
}
