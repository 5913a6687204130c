import type { Keyring } from "#shared/crypto/keyring.ts";
import { reseal, SealedError } from "#shared/crypto/sealed.ts";
import type { SealedStore, SealedValue } from "./sealed_store.ts";

/** How many values are read, sealed anew and written at a time. */
const BATCH = 200;

/** A value that could not be sealed anew, and why. */
export interface Refused {
  readonly value: SealedValue;
  readonly error: SealedError;
}

/** What a rotation came to. */
export interface Rotation {
  /** How many values were sealed anew. */
  readonly resealed: number;
  /** Values that stand as they were, because they do not open. */
  readonly refused: readonly Refused[];
}

/**
 * Seals everything with the active key that is not sealed with it yet.
 *
 * Safe while others read and write: each value is exchanged only for the one that was read, and a
 * reader with the same keyring opens either. What is written meanwhile under an older key, by a
 * function that does not know the new one yet, is found in the next pass; the last finds nothing.
 * Ended half-way, it goes on where it was when it is started again.
 *
 * @param onProgress told after each batch how many values were sealed anew so far.
 */
export async function rotate(
  store: SealedStore,
  keyring: Keyring,
  onProgress: (resealed: number) => void = () => {},
): Promise<Rotation> {
  let resealed = 0;
  while (true) {
    const pass = await rotateOnce(store, keyring, (count) => onProgress(resealed + count));
    resealed += pass.resealed;
    // Nothing was found that could be sealed anew: all is done but what never will be.
    if (pass.readable === 0) return { resealed, refused: pass.refused };
  }
}

/** One pass over everything. */
async function rotateOnce(
  store: SealedStore,
  keyring: Keyring,
  onProgress: (resealed: number) => void,
): Promise<Rotation & { readable: number }> {
  const refused: Refused[] = [];
  let [readable, resealed] = [0, 0];
  let after: SealedValue | undefined;
  while (true) {
    const values = await store.read(keyring.active, BATCH, after);
    if (values.length === 0) return { readable, resealed, refused };
    const results = await Promise.all(values.map((value) => resealOne(value, keyring)));
    const anew = results.flatMap((result) => "becomes" in result ? [result] : []);
    refused.push(...results.flatMap((result) => "error" in result ? [result] : []));
    readable += anew.length;
    resealed += await store.exchange(anew);
    onProgress(resealed);
    after = values.at(-1);
  }
}

async function resealOne(
  value: SealedValue,
  keyring: Keyring,
): Promise<Refused | { value: SealedValue; becomes: string }> {
  const { sealed, userId: user, rowId: row } = value;
  try {
    return { value, becomes: await reseal(sealed, { user, row }, keyring) };
  } catch (error) {
    if (error instanceof SealedError) return { value, error };
    throw error;
  }
}
