import { z } from "zod";
import { LocalFailure } from "#local/failure.ts";
import { parseJson } from "#shared/json.ts";

const key = z.object({
  kty: z.string(),
  kid: z.string().optional(),
  x: z.string().optional(),
  n: z.string().optional(),
});
const keySet = z.object({ keys: z.array(key) });

/** How long the project may take to tell its keys, in milliseconds. */
const DEADLINE_MS = 10_000;

/**
 * Makes sure that the project trusts the key that functions sign with, so that programs with an API
 * key are not turned away by it.
 *
 * @param text `SWITCHBOARD_SIGNING_KEY`.
 * @throws {LocalFailure} if it does not, or cannot be asked.
 */
export async function checkSigningKey(text: string, apiUrl: string): Promise<void> {
  const ours = key.parse(parseJson(text));
  // A shared secret is in no public set.
  if (ours.kty === "oct") return;
  const known = await trustedKeys(apiUrl);
  const match = known.find(({ kid }) => kid === ours.kid);
  if (ours.kid === undefined || match === undefined) {
    throw new LocalFailure(
      `SWITCHBOARD_SIGNING_KEY has the kid ${ours.kid ?? "of none"}, which the project does not ` +
        "know; add the key to its JWT signing keys",
    );
  }
  if (match.kty !== ours.kty || match.x !== ours.x || match.n !== ours.n) {
    throw new LocalFailure(
      `The project knows another key by the kid ${ours.kid} than SWITCHBOARD_SIGNING_KEY`,
    );
  }
}

async function trustedKeys(apiUrl: string): Promise<z.output<typeof key>[]> {
  const url = `${apiUrl}/auth/v1/.well-known/jwks.json`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return keySet.parse(await response.json()).keys;
  } catch (cause) {
    throw new LocalFailure(`The project does not tell its keys at ${url}`, { cause });
  }
}
