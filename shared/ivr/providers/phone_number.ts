/** What stands in the place of a number that is withheld or was lost on the way. */
const WITHHELD = [
  "anonymous",
  "blocked",
  "private",
  "restricted",
  "unavailable",
  "unknown",
  "withheld",
  // ANONYMOUS, BLOCKED, RESTRICTED, UNAVAILABLE and UNKNOWN on the keys of a telephone: some networks
  // pass the words on as numbers, which none of them is.
  "266696687",
  "2562533",
  "7378742833",
  "86282452253",
  "8656696",
];

/**
 * A party of a call as it was sent: a number in E.164 form, a SIP address, a short code; null for a
 * withheld number.
 */
export function partyOf(sent: string | null | undefined): string | null {
  // An anonymous SIP caller is "sip:anonymous@anonymous.invalid" (RFC 3323, §4.1.1.3).
  if (!sent || /^(?:sips?:)?anonymous@/i.test(sent)) return null;
  return WITHHELD.includes(sent.replace(/^\+/, "").toLowerCase()) ? null : sent;
}

/** The same where the provider leaves out the plus of numbers. SIP addresses and short codes stay. */
export function partyWithoutPlus(sent: string | null | undefined): string | null {
  const party = partyOf(sent);
  return party !== null && /^[1-9]\d{6,14}$/.test(party) ? `+${party}` : party;
}

/** A number as such a provider wants it: E.164 without the plus. */
export function withoutPlus(number: string): string {
  return number.replace(/^\+/, "");
}
