import { renderCxml } from "./cxml.ts";
import {
  parseCxmlCall,
  parseCxmlInput,
  parseCxmlRecording,
  parseCxmlStatus,
} from "./cxml_request.ts";
import { isCxmlSigned } from "./cxml_signature.ts";
import { hexOf, like } from "./entry_forms.ts";
import type { Provider, ProviderRequest } from "./provider.ts";

/** Twilio Programmable Voice: form posts signed with HMAC-SHA1, answered in TwiML. */
export const twilio: Provider = {
  name: "twilio",
  accepts: "application/x-www-form-urlencoded",
  contentType: "text/xml; charset=utf-8",
  connecting: {
    signingSecret: hexOf(32, "the account's auth token: 32 hexadecimal digits"),
    account: like(/^AC/, "the account SID, AC…"),
    settings: [
      { setting: "A call comes in", url: "voice", method: "POST" },
      { setting: "Call status changes", url: "status", method: "POST" },
    ],
    fallbackSetting: "Primary handler fails",
  },
  verify: isSigned,
  parseCall: (request) => parseCxmlCall(request),
  parseInput: parseCxmlInput,
  parseStatus: parseCxmlStatus,
  recordings: {
    api: [/^api(?:\.[a-z0-9-]+){0,2}\.twilio\.com\//],
    media: [/^(?:[a-z0-9-]+\.)*twilio(?:cdn)?\.com\//],
    asks: "signing_secret",
    takesExtension: true,
  },
  parseRecording: parseCxmlRecording,
  render: (directives, links) =>
    renderCxml(directives, links, { speechTimeout: "auto", sipUri: (uri) => uri }),
};

/** Repeated values are sorted and counted once. */
function isSigned(request: ProviderRequest, secrets: readonly string[]): boolean {
  const signature = request.headers.get("x-twilio-signature") ?? "";
  return isCxmlSigned(request, signature, secrets, (values) => [...new Set(values)].sort());
}
