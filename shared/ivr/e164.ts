import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/**
 * A number as an owner writes it (`+1 (555) 010-0100`) in E.164 form, or null for what cannot be one:
 * no plus, no such calling code, too short or too long for its country. A range that is not in use
 * yet is no reason to refuse it.
 */
export function e164Of(text: string): string | null {
  const written = text.trim();
  const phone = parsePhoneNumberFromString(written, { extract: false });
  if (!phone?.isPossible() || phone.ext !== undefined || !written.startsWith("+")) return null;
  return phone.number;
}
