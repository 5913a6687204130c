import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** Where a tenant's callers may be transferred to. */
export interface TransferRules {
  /** ISO 3166-1 codes; null for the country of the number that was called. */
  readonly countries: readonly string[] | null;
  /** Beginnings of E.164 numbers that are dialled whatever they are. */
  readonly prefixes: readonly string[];
}

/** Kinds of numbers that cost whoever dials them, and earn whoever owns them. */
const COSTLY = ["PREMIUM_RATE", "SHARED_COST", "PERSONAL_NUMBER", "PAGER"];

/**
 * Whether a number may be dialled: toll fraud sends calls to numbers whose owner is paid for them.
 *
 * Premium ranges and those of no country (satellites, international networks) must be named by a
 * prefix. A number that no range holds counts to the first country of its calling code.
 *
 * @param called the number that the caller dialled; E.164.
 */
export function mayTransfer(
  number: string,
  { countries, prefixes }: TransferRules,
  called: string | null,
): boolean {
  if (prefixes.some((prefix) => number.startsWith(prefix))) return true;
  const phone = parsePhoneNumberFromString(number);
  const country = countryOf(number);
  if (!phone || country === null || COSTLY.includes(phone.getType() ?? "")) return false;
  return (countries ?? [countryOf(called ?? "")]).includes(country);
}

function countryOf(number: string): CountryCode | null {
  const phone = parsePhoneNumberFromString(number);
  if (!phone || phone.isNonGeographic()) return null;
  return phone.country ?? phone.getPossibleCountries()[0] ?? null;
}
