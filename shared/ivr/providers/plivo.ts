import { like, textWithout } from "./entry_forms.ts";
import { renderPlivo } from "./plivo_document.ts";
import {
  parsePlivoCall,
  parsePlivoInput,
  parsePlivoRecording,
  parsePlivoStatus,
} from "./plivo_request.ts";
import { isPlivoSigned } from "./plivo_signature.ts";
import type { Provider } from "./provider.ts";

/** Plivo Voice: form posts signed with HMAC-SHA256 (V3), answered in Plivo XML. */
export const plivo: Provider = {
  name: "plivo",
  accepts: "application/x-www-form-urlencoded",
  contentType: "text/xml; charset=utf-8",
  connecting: {
    signingSecret: textWithout(/^[MS]A[A-Z0-9]{18}$/, "the account's auth token, not its auth id"),
    account: like(/^[MS]A[A-Z0-9]+$/, "the auth id, MA…"),
    settings: [
      { setting: "Primary answer URL", url: "voice", method: "POST" },
      { setting: "Hangup URL", url: "status", method: "POST" },
    ],
    fallbackSetting: "Fallback answer URL",
  },
  verify: isPlivoSigned,
  parseCall: parsePlivoCall,
  parseInput: parsePlivoInput,
  parseStatus: parsePlivoStatus,
  recordings: {
    api: [/^(?:api|media)\.plivo\.com\//],
    media: [/^[a-z0-9-]+\.plivo\.com\//, /^s3\.amazonaws\.com\/recordings_20\d\d\//],
    asks: "signing_secret",
    takesExtension: false,
  },
  parseRecording: parsePlivoRecording,
  render: renderPlivo,
};
