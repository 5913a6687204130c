import { privateKeyForm, textWithout, uuidOf } from "./entry_forms.ts";
import { renderNcco } from "./ncco.ts";
import type { Provider } from "./provider.ts";
import {
  parseVonageCall,
  parseVonageInput,
  parseVonageRecording,
  parseVonageStatus,
} from "./vonage_request.ts";
import { isVonageSigned } from "./vonage_signature.ts";

/**
 * Vonage Voice: JSON signed by a JWT, answered in call control objects (NCCO).
 *
 * The secret of a connection is the account's signature secret.
 */
export const vonage: Provider = {
  name: "vonage",
  accepts: "application/json",
  contentType: "application/json",
  connecting: {
    signingSecret: textWithout(/^-----BEGIN/, "the account's signature secret, not a key"),
    apiSecret: privateKeyForm,
    account: uuidOf("the application's id, which is not the API key"),
    settings: [
      { setting: "Answer URL", url: "voice", method: "POST" },
      { setting: "Event URL", url: "status", method: "POST" },
    ],
    fallbackSetting: "Fallback URL",
  },
  verify: isVonageSigned,
  parseCall: parseVonageCall,
  parseInput: parseVonageInput,
  parseStatus: parseVonageStatus,
  recordings: {
    api: [/^api(?:-[a-z0-9-]+)?\.(?:nexmo|vonage)\.com\//],
    media: [],
    asks: "application_key",
    takesExtension: false,
  },
  parseRecording: parseVonageRecording,
  render: renderNcco,
};
