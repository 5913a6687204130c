import { parseEnv } from "node:util";
import { LocalFailure } from "#local/failure.ts";
import { env, EnvironmentError, setEnvironment } from "#shared/env.ts";
import { sha256Hex } from "#local/database/hash.ts";

/** The functions' secrets as an operator has them in a file. */
export type Secrets = Readonly<Record<string, string>>;

/**
 * Reads the file.
 *
 * @throws {LocalFailure} if it is not there, or has what only the platform may set.
 */
export async function readSecrets(path: string): Promise<Secrets> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new LocalFailure(`${path} does not exist; begin with a copy of .env.example`);
  }
  const values: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(parseEnv(text))) {
    if (value.trim() === "") continue;
    if (name.startsWith("SUPABASE_")) {
      throw new LocalFailure(`${path}: ${name} is set by the platform, and must not be here`);
    }
    values[name] = value;
  }
  return values;
}

/**
 * Reads the secrets as the deployed functions will.
 *
 * @throws {LocalFailure} naming each that is malformed, or unsafe on a hosted project.
 */
export function checkSecrets(secrets: Secrets, apiUrl: string): void {
  setEnvironment({
    ...secrets,
    // What the platform sets by itself is taken to be well-formed.
    SUPABASE_URL: apiUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: "sb_publishable" }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: "sb_secret" }),
    // What a function finds there, and what makes it refuse what is for one's own machine alone.
    SB_REGION: "hosted",
  });
  try {
    env();
  } catch (error) {
    if (error instanceof EnvironmentError) throw new LocalFailure(error.message, { cause: error });
    throw error;
  }
}

/** What setting the secrets changes in a project, which tells of each its SHA-256 alone. */
export function changedSecrets(
  secrets: Secrets,
  known: ReadonlyMap<string, string>,
): { readonly added: string[]; readonly changed: string[] } {
  const names = Object.keys(secrets).sort();
  return {
    added: names.filter((name) => !known.has(name)),
    changed: names.filter((name) =>
      known.has(name) && known.get(name) !== sha256Hex(secrets[name] ?? "")
    ),
  };
}
