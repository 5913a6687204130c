import { z } from "zod";
import type { Keyring } from "../crypto/keyring.ts";
import { open, seal } from "../crypto/sealed.ts";
import { callTextBinding } from "./bindings.ts";
import { textDigest } from "./digest.ts";

/** The columns of `call_logs` that tell what was said. */
export const CALL_TEXTS = ["transcript", "summary", "sentiment", "recording_url"] as const;

/** One of {@linkcode CALL_TEXTS}. */
export type CallTextName = typeof CALL_TEXTS[number];

/** A sealed text as the database takes it. */
export interface SealedText {
  readonly id: string;
  readonly sealed: string;
  /** In characters as Postgres counts them. */
  readonly weight: number;
  readonly digest: string;
}

/** Seals a text of a call, for a row of its own. */
export async function sealCallText(
  text: string,
  userId: string,
  keyring: Keyring,
): Promise<SealedText> {
  const id = crypto.randomUUID();
  return {
    id,
    sealed: await seal(text, callTextBinding(userId, id), keyring),
    weight: [...text].length,
    digest: await textDigest(text, userId, keyring),
  };
}

/** Sealed texts of a call as the database gives them. */
export const storedTexts = z.partialRecord(
  z.enum(CALL_TEXTS),
  z.object({ id: z.guid(), sealed: z.string() }),
);

/**
 * The texts of a call in plain.
 *
 * @throws {SealedError} where one of them cannot be opened.
 */
export async function openCallTexts(
  texts: z.output<typeof storedTexts>,
  userId: string,
  keyring: Keyring,
): Promise<Partial<Record<CallTextName, string>>> {
  const opened = await Promise.all(
    Object.entries(texts).map(async ([name, { id, sealed }]) =>
      [name, await open(sealed, callTextBinding(userId, id), keyring)] as const
    ),
  );
  return Object.fromEntries(opened);
}
