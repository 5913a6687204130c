import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { Problem } from "../http/problem.ts";
import { log } from "../log.ts";

/** How long keys are believed without asking again, in milliseconds. */
const KEPT_MS = 3_600_000;
/** How long after asking an unknown key is not asked for again: anyone can make up a key's name. */
const PAUSE_MS = 10_000;
const DEADLINE_MS = 4_000;

/** What P-256 is called by the runtimes that we run on. */
const P256 = ["prime256v1", "p256"];

const published = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })).max(100),
});

/** The public keys of whoever reports leaked keys, by their ids, as published at a URL. */
export class ScannerKeys {
  #keys = new Map<string, KeyObject>();
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  /**
   * @param url where they are published, in the form of GitHub's `meta/public_keys/secret_scanning`.
   * @param now the clock, in milliseconds.
   */
  constructor(readonly url: string, private readonly now: () => number = Date.now) {}

  /**
   * The public key of an id, or undefined if there is none.
   *
   * @throws {Problem} `scanner_keys_unavailable` if that cannot be known now.
   */
  async find(id: string): Promise<KeyObject | undefined> {
    if (this.#isFresh() && this.#keys.has(id)) return this.#keys.get(id);
    if (this.now() - this.#askedAt >= PAUSE_MS) this.#asking ??= this.#ask();
    await this.#asking;
    if (!this.#isFresh()) throw new Problem("scanner_keys_unavailable");
    return this.#keys.get(id);
  }

  #isFresh(): boolean {
    return this.now() - this.#fetchedAt < KEPT_MS;
  }

  async #ask(): Promise<void> {
    this.#askedAt = this.now();
    try {
      this.#keys = await fetchKeys(this.url);
      this.#fetchedAt = this.now();
    } catch (cause) {
      log.error("the keys of the secret scanner cannot be fetched", { cause });
    } finally {
      this.#asking = undefined;
    }
  }
}

async function fetchKeys(url: string): Promise<Map<string, KeyObject>> {
  const response = await fetch(url, {
    redirect: "error",
    headers: { accept: "application/json", "user-agent": "switchboard" },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The answer is ${response.status}`);
  }
  const { public_keys } = published.parse(await response.json());
  return new Map(public_keys.flatMap(({ key_identifier, key: pem }) => {
    const key = p256Key(pem);
    return key ? [[key_identifier, key] as const] : [];
  }));
}

/** The key, or undefined where it is not one of ECDSA on P-256: nothing signed with it is believed. */
function p256Key(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
    return key.asymmetricKeyType === "ec" && P256.includes(curve) ? key : undefined;
  } catch {
    return undefined;
  }
}
