import { at, operation } from "#shared/http/operation.ts";
import type { ProviderName } from "#shared/ivr/providers/mod.ts";

/** The largest callback that a provider sends is a few kilobytes. */
const BODY_LIMIT = 64 * 1024;

const PROBLEMS = [
  "invalid_signature",
  "unknown_connection",
  "unsupported_media_type",
  "payload_too_large",
  "not_configured",
  "database_unavailable",
] as const;

/**
 * What each provider calls back for, under its own name, so that no other route can be taken for one of
 * them.
 */
export const providerOperations = {
  twilio: callbacksOf("twilio"),
  signalwire: callbacksOf("signalwire"),
  telnyx: callbacksOf("telnyx"),
  plivo: callbacksOf("plivo"),
  vonage: callbacksOf("vonage"),
} as const satisfies Record<ProviderName, object>;

function callbacksOf(provider: ProviderName) {
  const callback = <Event extends string>(event: Event) =>
    at(
      "post",
      `/${provider}/{connectionId}/${event}` as const,
      operation(`ivr.${provider}.${event}`, "provider", {
        bodyLimit: BODY_LIMIT,
        problems: PROBLEMS,
      }),
    );
  return {
    voice: callback("voice"),
    turn: callback("turn"),
    status: callback("status"),
    recording: callback("recording"),
  };
}
