import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { jwtVerify } from "jose";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { authorizations } from "#shared/ivr/recordings/credentials.ts";
import { CopyFault } from "#shared/ivr/recordings/fault.ts";
import type { ClaimedRecording } from "#shared/ivr/recordings/queue.ts";

const RING = parseKeyring(
  JSON.stringify({ active: "k1", keys: { k1: btoa("k".repeat(32)) } }),
);
const USER = "5eed0000-0000-4000-8000-00000000000a";
const NOW = new Date("2026-11-21T12:00:00Z");

async function recording(
  provider: ClaimedRecording["provider"],
  secrets: Partial<Record<"signing" | "api", string>>,
  further: Partial<ClaimedRecording> = {},
): Promise<ClaimedRecording> {
  const sealed = Object.entries(secrets).map(async ([purpose, secret]) => {
    const id = crypto.randomUUID();
    const text = await seal(secret, signingSecretBinding(USER, id), RING);
    return { id, purpose: purpose === "api" ? "api" : "signing", sealed: text } as const;
  });
  return {
    id: crypto.randomUUID(),
    fence: 1,
    user_id: USER,
    call_log_id: crypto.randomUUID(),
    url: "https://example.com/r",
    provider,
    account_sid: "account",
    secrets: await Promise.all(sealed),
    ...further,
  };
}

async function asked(recording: ClaimedRecording): Promise<string[] | string> {
  try {
    const { recordings } = PROVIDERS[recording.provider];
    return await authorizations(recordings, recording, RING, NOW);
  } catch (error) {
    if (error instanceof CopyFault) return error.code;
    throw error;
  }
}

const basic = (text: string) => [`Basic ${Buffer.from(text).toString("base64")}`];

Deno.test("Twilio and Plivo are asked with the signing secret, SignalWire with its API token, Telnyx with nothing", async () => {
  const both = { signing: "sign", api: "token" };
  assert.deepEqual(await asked(await recording("twilio", both)), basic("account:sign"));
  assert.deepEqual(await asked(await recording("plivo", both)), basic("account:sign"));
  assert.deepEqual(await asked(await recording("signalwire", both)), basic("account:token"));
  assert.deepEqual(await asked(await recording("telnyx", {})), []);
});

Deno.test("Where a connection names no account, the recording's URL does", async () => {
  const url = "https://api.twilio.com/2010-04-01/Accounts/AC12/Recordings/RE1";
  const found = await recording("twilio", { signing: "sign" }, { account_sid: null, url });
  assert.deepEqual(await asked(found), basic("AC12:sign"));
  const none = await recording("twilio", { signing: "sign" }, { account_sid: null });
  assert.equal(await asked(none), "no_credentials");
});

Deno.test("Vonage is asked with a token that its application's key signed", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  for (const type of ["pkcs8", "pkcs1"] as const) {
    const pem = privateKey.export({ type, format: "pem" }).toString();
    for (const api of [pem, pem.replaceAll("\n", "\\n")]) {
      const [token = ""] = await asked(await recording("vonage", { api }));
      const { payload } = await jwtVerify(token.replace("Bearer ", ""), publicKey, {
        algorithms: ["RS256"],
        currentDate: NOW,
      });
      assert.equal(payload.application_id, "account");
      assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
    }
  }
  assert.equal(await asked(await recording("vonage", { api: "no key" })), "no_credentials");
});

Deno.test("Without the secret that is asked for there is nothing to ask with", async () => {
  assert.equal(await asked(await recording("signalwire", { signing: "sign" })), "no_credentials");
  assert.equal(await asked(await recording("vonage", { signing: "sign" })), "no_credentials");
  const moved = await recording("twilio", { signing: "sign" });
  assert.equal(await asked({ ...moved, user_id: crypto.randomUUID() }), "unreadable_secret");
});
