import { createHash } from "node:crypto";
import { seal } from "#shared/crypto/sealed.ts";
import { Problem } from "#shared/http/problem.ts";
import { loadAccount, openSecret, type RetellAccount } from "#shared/retell/account.ts";
import { retellBinding, type RetellColumn } from "#shared/retell/credentials.ts";
import { requireKeyring } from "#shared/secrets.ts";
import type { NewConfig } from "./schemas.ts";

/** The secrets of a configuration: where each is stored, and under which name it is loaded. */
const SECRETS = {
  api_key: { column: "encrypted_retell_api_key", loaded: "sealed_api_key" },
  call_agent_id: { column: "encrypted_call_agent_id", loaded: "sealed_call_agent_id" },
  sms_agent_id: { column: "encrypted_sms_agent_id", loaded: "sealed_sms_agent_id" },
} as const satisfies Record<string, { column: RetellColumn; loaded: keyof RetellAccount }>;

type SecretName = keyof typeof SECRETS;

/** The first 16 hexadecimal digits of a secret's SHA-256: tells secrets apart and gives none away. */
export function fingerprintOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex").slice(0, 16);
}

/**
 * A configuration as `store_retell_config` takes it: each secret sealed for its column, and the whole
 * once more as one sealed document.
 *
 * @throws {Problem} `conflict` for a fingerprint of what is not stored, `not_configured`.
 */
export async function sealConfig(userId: string, config: NewConfig): Promise<object> {
  const keyring = requireKeyring();
  const plain = await readSecrets(userId, config);
  const sealed = async (name: SecretName) => {
    const text = plain[name];
    if (text === null) return null;
    return {
      sealed: await seal(text, retellBinding(userId, SECRETS[name].column), keyring),
      last_four: text.slice(-4),
      fingerprint: fingerprintOf(text),
    };
  };
  const binding = retellBinding(userId, "encrypted_agent_config");
  return {
    api_key: await sealed("api_key"),
    call_agent_id: await sealed("call_agent_id"),
    sms_agent_id: await sealed("sms_agent_id"),
    phone_number: config.phone_number,
    webhook_config: config.webhook_config,
    agent_config: await seal(JSON.stringify({ ...config, ...plain }), binding, keyring),
  };
}

type Secrets = Readonly<Record<SecretName, string | null>>;

/** The secrets in plain text, those that are to stay taken from what is stored. */
async function readSecrets(userId: string, config: NewConfig): Promise<Secrets> {
  const names: readonly SecretName[] = ["api_key", "call_agent_id", "sms_agent_id"];
  const account = names.some((name) => keptFingerprint(config[name]) !== null)
    ? await loadAccount(userId)
    : null;
  const read = async (name: SecretName): Promise<string | null> => {
    const value = config[name];
    if (typeof value === "string") return value;
    const fingerprint = keptFingerprint(value);
    if (fingerprint === null) return null;
    const { column, loaded } = SECRETS[name];
    const sealed = account?.[loaded] ?? null;
    const stored = sealed === null ? null : await openSecret(userId, column, sealed);
    if (stored !== null && fingerprintOf(stored) === fingerprint) return stored;
    throw new Problem(
      "conflict",
      "What is stored has another fingerprint; send the secret itself",
      {
        errors: [{ path: name, message: "Is not what is stored" }],
      },
    );
  };
  return {
    api_key: await read("api_key"),
    call_agent_id: await read("call_agent_id"),
    sms_agent_id: await read("sms_agent_id"),
  };
}

function keptFingerprint(value: NewConfig[SecretName]): string | null {
  return typeof value === "object" ? value?.fingerprint ?? null : null;
}
