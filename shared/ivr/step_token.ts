import { createHmac } from "node:crypto";
import { deriveKey } from "#shared/crypto/derive.ts";
import type { Keyring } from "#shared/crypto/keyring.ts";
import { sameText } from "#shared/crypto/same_text.ts";

/** 128 bits, as base64url. */
const MAC_LENGTH = 22;

/** The call that a token is good for. */
export interface TokenCall {
  readonly connectionId: string;
  readonly callId: string;
}

/** Mints and reads the tokens that tie an action URL to one step of one call. */
export interface StepTokens {
  /** The token that the next turn of a call must carry. */
  mint(call: TokenCall, step: number): string;
  /** The step that a token stands for, or null when it was not minted for this call. */
  read(call: TokenCall, token: string): number | null;
  /** The token that announcements of the call's recordings must carry; no step's is one. */
  mintForRecordings(call: TokenCall): string;
  /** Whether a token was minted for announcements of this call's recordings. */
  isForRecordings(call: TokenCall, token: string): boolean;
}

const cache = new WeakMap<Keyring, Promise<StepTokens>>();

/**
 * Step tokens under a keyring: `<step>.<MAC>`, HMAC-SHA256 over connection, call and step.
 *
 * Nobody without the keyring can name a step, and a token of one call is refused in another. Where
 * a provider signs the body alone, this is what keeps callbacks from being replayed elsewhere.
 * Tokens minted under any key of the ring are read, so rotating keys does not drop a call.
 */
export function stepTokens(keyring: Keyring): Promise<StepTokens> {
  let tokens = cache.get(keyring);
  if (!tokens) {
    tokens = createStepTokens(keyring);
    cache.set(keyring, tokens);
  }
  return tokens;
}

async function createStepTokens(keyring: Keyring): Promise<StepTokens> {
  const step = await tokenKeys(keyring, "ivr step token");
  const recording = await tokenKeys(keyring, "ivr recording token");
  return {
    mint: (call, number) => `${number}.${mac(step.active, call, number)}`,
    read(call, token) {
      const [, digits, given] = /^(\d{1,6})\.([A-Za-z0-9_-]{22})$/.exec(token) ?? [];
      if (digits === undefined || given === undefined) return null;
      const number = Number(digits);
      // A second spelling of one step ("01") would be a second token.
      if (String(number) !== digits) return null;
      return step.all.some((key) => sameText(mac(key, call, number), given)) ? number : null;
    },
    mintForRecordings: (call) => mac(recording.active, call),
    isForRecordings: (call, token) =>
      token.length === MAC_LENGTH && recording.all.some((key) => sameText(mac(key, call), token)),
  };
}

async function tokenKeys(keyring: Keyring, purpose: string) {
  const kids = [...keyring.keys.keys()];
  return {
    active: await deriveKey(keyring, keyring.active, purpose),
    all: await Promise.all(kids.map((kid) => deriveKey(keyring, kid, purpose))),
  };
}

function mac(key: Uint8Array, { connectionId, callId }: TokenCall, step?: number): string {
  const named = step === undefined ? [connectionId, callId] : [connectionId, callId, step];
  return createHmac("sha256", key).update(JSON.stringify(named)).digest("base64url")
    .slice(0, MAC_LENGTH);
}
