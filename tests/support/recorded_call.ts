import assert from "node:assert/strict";
import type { Fields } from "#local/phone/dialect.ts";
import type { Provider } from "#local/phone/dialects.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { env } from "#shared/env.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { CopyOptions } from "#shared/ivr/recordings/copy.ts";
import { stepTokens } from "#shared/ivr/step_token.ts";
import { ACCOUNT, callAt, linkIn } from "#tests/support/call_at.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

/** A caller in the middle of a voicemail, and the provider who records it. */
export interface RecordedCall {
  readonly provider: Provider;
  readonly connectionId: string;
  readonly callId: string;
  /** The number called. */
  readonly number: string;
  /** What the provider's requests are signed with. */
  readonly secret: string;
  /** Where recordings of this call are announced, token included. */
  readonly recordingUrl: string;
  /** The document that recording began with. */
  readonly document: string;
  /** Announces a recording, signed. */
  announce(recording: Announcement): Promise<Response>;
}

/** What is announced, and what of it is not as it should be. */
export interface Announcement {
  readonly id: string;
  readonly url: string | null;
  readonly seconds?: number;
  /** Another place to announce it at. */
  readonly at?: string;
  /** Another secret to sign with. */
  readonly secret?: string;
  /** Another call to announce it for. */
  readonly callId?: string;
}

/** A menu whose one item takes a message. */
const MENU = {
  key: "main",
  name: "Main",
  prompt: "Press 1.",
  items: [{ digit: "1", label: "Message", action: "voicemail" }],
};

/** Connects a provider as its owner would, and takes a call until its caller is recorded. */
export async function recordedCall(
  stack: TestStack,
  tenant: Tenant,
  provider: Provider,
): Promise<RecordedCall> {
  const call = await callAt(stack, tenant, provider, MENU);
  const { leg: { id: callId }, secret } = call;
  const gathered = { of: "gather", digits: "1", finishedOnKey: "" } as const;
  const turn = linkIn(call.document, "turn");
  const document = await (await call.post(turn, call.fields(gathered))).text();
  const recordingUrl = linkIn(document, "recording");
  return {
    provider,
    connectionId: call.connectionId,
    callId,
    number: call.leg.to,
    secret,
    recordingUrl,
    document,
    async announce(recording) {
      const { at = recordingUrl, callId: of = callId } = recording;
      const fields = announcementOf(provider, { ...recording, callId: of });
      return await call.post(at, fields, recording.secret);
    },
  };
}

/** The token that announcements of a call's recordings carry. */
export async function recordingToken(connectionId: string, callId: string): Promise<string> {
  const { keyring } = env();
  assert.ok(keyring);
  return (await stepTokens(keyring)).mintForRecordings({ connectionId, callId });
}

/** Keeps an API secret for a connection and names its account, as its owner would have. */
export async function keepApiSecret(
  stack: TestStack,
  tenant: Tenant,
  connectionId: string,
  secret: string,
): Promise<void> {
  const { keyring } = env();
  assert.ok(keyring);
  const id = crypto.randomUUID();
  const sealed = await seal(secret, signingSecretBinding(tenant.userId, id), keyring);
  await stack.database.query(
    "insert into private.credentials (id, user_id, connection_id, sealed, purpose) values ($1, $2, $3, $4, 'api')",
    [id, tenant.userId, connectionId, sealed],
  );
}

/** Names the account of a connection, past the protection of the column. */
export async function nameAccount(stack: TestStack, connectionId: string, account = ACCOUNT) {
  await stack.database.query(
    "update public.phone_connections set account_sid = $2 where id = $1",
    [connectionId, account],
  );
}

/** Recordings of every provider on this machine: under /api/ with the secret, under /media/ without. */
export function sourcesHere(port: number): CopyOptions {
  const here = {
    api: [new RegExp(`^localhost:${port}/api/`)],
    media: [new RegExp(`^localhost:${port}/media/`)],
  };
  const sources = Object.values(PROVIDERS).map((p) => [p.name, { ...p.recordings, ...here }]);
  return {
    allowLoopback: true,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    sources: Object.fromEntries(sources),
  };
}

function announcementOf(
  provider: Provider,
  { id, url, seconds = 7, callId }: Announcement & { callId: string },
): Fields {
  switch (provider) {
    case "plivo":
      return [
        ...callId === "" ? [] : [["CallUUID", callId]] as const,
        ["RecordingID", id],
        ...url === null ? [] : [["RecordUrl", url]] as const,
        ["RecordingDuration", String(seconds)],
      ];
    case "vonage": {
      const start = Date.parse("2026-11-21T12:00:00Z");
      return [
        ["recording_uuid", id],
        ["recording_url", url ?? ""],
        ["start_time", new Date(start).toISOString()],
        ["end_time", new Date(start + seconds * 1000).toISOString()],
        ["conversation_uuid", "CON-1"],
      ];
    }
    default:
      return [
        ["CallSid", callId],
        ["AccountSid", ACCOUNT],
        ["RecordingSid", id],
        ["RecordingStatus", url === null ? "absent" : "completed"],
        ...url === null ? [] : [["RecordingUrl", url]] as const,
        ["RecordingDuration", String(seconds)],
      ];
  }
}
