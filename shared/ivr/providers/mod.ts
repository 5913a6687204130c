import { plivo } from "./plivo.ts";
import type { Provider } from "./provider.ts";
import { signalwire } from "./signalwire.ts";
import { telnyx } from "./telnyx.ts";
import { twilio } from "./twilio.ts";
import { vonage } from "./vonage.ts";

/** Every phone provider that may call, by its name in URLs and in `phone_connections.provider`. */
export const PROVIDERS = {
  twilio,
  signalwire,
  telnyx,
  plivo,
  vonage,
} as const satisfies Record<string, Provider>;

/** A provider's name. */
export type ProviderName = keyof typeof PROVIDERS;

/** The names, for route parameters. */
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as [ProviderName, ...ProviderName[]];
