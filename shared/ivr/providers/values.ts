import { z } from "zod";

// Kinds of values that every provider sends. None may hold NUL or half a character, which a database
// would refuse before the signature was looked at.

/** A number, a SIP address or the name of an account. */
export const party = z.string().max(256).regex(/^[^\0\p{Surrogate}]*$/u).optional();

/** A provider's name for a recording. */
export const recordingId = z.string().regex(/^[\w:-]{1,128}$/);

/** Where a recording is kept. Whose host that is, is for whoever fetches it to check. */
export const recordingUrl = z.string().max(2048).regex(/^https?:\/\/[^\0\s\p{Surrogate}]+$/u);

/** A duration in seconds; providers say -1 where they do not know yet. */
export const wholeSeconds = z.coerce.number().int().min(-1).max(1_000_000)
  .transform((seconds) => seconds < 0 ? undefined : seconds);
