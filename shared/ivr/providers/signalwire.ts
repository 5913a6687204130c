import { renderCxml } from "./cxml.ts";
import {
  parseCxmlCall,
  parseCxmlInput,
  parseCxmlRecording,
  parseCxmlStatus,
} from "./cxml_request.ts";
import { isCxmlSigned } from "./cxml_signature.ts";
import { textWithout, uuidOf } from "./entry_forms.ts";
import type { Provider, ProviderRequest } from "./provider.ts";

/** SignalWire's compatibility API: Twilio's requests under another header, answered in cXML. */
export const signalwire: Provider = {
  name: "signalwire",
  accepts: "application/x-www-form-urlencoded",
  contentType: "text/xml; charset=utf-8",
  connecting: {
    signingSecret: textWithout(/^PT[0-9a-f]{40,}$/i, "the project's signing key, PSK_…"),
    apiSecret: textWithout(/^PSK_/, "an API token of the project, PT…"),
    account: uuidOf("the project's id"),
    settings: [
      { setting: "When a call comes in", url: "voice", method: "POST" },
      { setting: "Status change webhook", url: "status", method: "POST" },
    ],
    fallbackSetting: "If the primary handler fails",
  },
  verify: isSigned,
  parseCall: (request) => parseCxmlCall(request),
  parseInput: parseCxmlInput,
  parseStatus: parseCxmlStatus,
  recordings: {
    api: [/^[a-z0-9-]+\.signalwire\.com\/api\//],
    media: [/^[a-z0-9-]+\.signalwire\.com\//],
    asks: "api_secret",
    takesExtension: true,
  },
  parseRecording: parseCxmlRecording,
  render: (directives, links) =>
    renderCxml(directives, links, { speechTimeout: "auto", sipUri: withTransport }),
};

/** The key is the project's signing key; repeated values are signed as they were sent. */
function isSigned(request: ProviderRequest, secrets: readonly string[]): boolean {
  const { headers } = request;
  const signature = headers.get("x-signalwire-signature") ?? headers.get("x-twilio-signature");
  return isCxmlSigned(request, signature ?? "", secrets, (values) => values);
}

/** Without a transport SignalWire dials over TLS, where `sip:` means UDP to everybody else. */
function withTransport(uri: string): string {
  if (!/^sip:/i.test(uri) || /;transport=/i.test(uri)) return uri;
  const [address = uri, ...query] = uri.split("?");
  return [`${address};transport=udp`, ...query].join("?");
}
