import { z } from "@hono/zod-openapi";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { isStorable, UNSTORABLE } from "#shared/http/storable.ts";

const MAX_JSON_BYTES = 65_536;

/** Text that people read on one line. */
function line(most: number) {
  return z.string().trim().min(1).max(most)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), {
      error: "Must not contain control characters",
    });
}

const phone = z.string().max(40).transform((value, context) => {
  const parsed = parsePhoneNumberFromString(value);
  if (parsed?.isValid() && parsed.ext === undefined) return String(parsed.number);
  context.addIssue({
    code: "custom",
    message: "Must be a telephone number with its country code, such as +49 30 901820",
  });
  return z.NEVER;
});

/** Names of places, which keep their rules; an offset or an abbreviation knows no summer time. */
const timezone = z.string().max(64).refine(isTimeZone, {
  error: "Must be a name of the IANA time zone database, such as Europe/Berlin",
});

function isTimeZone(name: string): boolean {
  if (!/^(?:UTC|(?!posix\/|right\/)[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

const LANGUAGES = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

const language = z.string().max(35).transform((value, context) => {
  const canonical = canonicalLanguage(value);
  if (canonical !== undefined) return canonical;
  context.addIssue({
    code: "custom",
    message: "Must be a language as BCP 47 has it, such as de or en-US",
  });
  return z.NEVER;
});

function canonicalLanguage(value: string): string | undefined {
  try {
    const [canonical = ""] = Intl.getCanonicalLocales(value);
    const isKnown = LANGUAGES.of(new Intl.Locale(canonical).language) !== undefined;
    return isKnown && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(canonical) ? canonical : undefined;
  } catch {
    return undefined;
  }
}

const document = z.record(z.string(), z.unknown())
  .refine(isStorable, { error: UNSTORABLE, abort: true })
  .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= MAX_JSON_BYTES, {
    error: `Must not be larger than ${MAX_JSON_BYTES} bytes`,
  });

/** What a user may change; what is left out stays. */
export const profileChanges = z.strictObject({
  username: line(50).nullable(),
  full_name: line(200).nullable(),
  department: line(200).nullable(),
  position: line(200).nullable(),
  phone: phone.nullable().openapi({
    type: "string",
    description: "Kept as E.164",
    example: "+49 30 901820",
  }),
  timezone: timezone.openapi({ example: "Europe/Berlin" }),
  language: language.openapi({ type: "string", description: "BCP 47", example: "en-US" }),
  preferences: document.openapi({ description: "Whatever an app keeps; at most 64 KiB" }),
  metadata: document.openapi({ description: "Whatever helps; at most 64 KiB" }),
}).partial().openapi("ProfileChanges");

/** A profile as its user is shown it. */
export const profile = z.object({
  user_id: z.guid(),
  email: z.string().nullable(),
  username: z.string().nullable(),
  full_name: z.string().nullable(),
  department: z.string().nullable(),
  position: z.string().nullable(),
  phone: z.string().nullable(),
  avatar_url: z.string().nullable(),
  timezone: z.string(),
  language: z.string(),
  is_active: z.boolean(),
  preferences: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  updated_at: z.string(),
}).openapi("Profile");

/** What to select from `user_profiles`. */
export const PROFILE_COLUMNS = Object.keys(profile.shape).join(",");
