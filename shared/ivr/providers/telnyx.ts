import { renderCxml } from "./cxml.ts";
import {
  parseCxmlCall,
  parseCxmlInput,
  parseCxmlRecording,
  parseCxmlStatus,
} from "./cxml_request.ts";
import { publicKeyForm } from "./entry_forms.ts";
import type { Provider } from "./provider.ts";
import { isTelnyxSigned } from "./telnyx_signature.ts";

/**
 * Telnyx TeXML: Twilio's requests, signed with Ed25519 over the body, answered in TeXML.
 *
 * The secret of a connection is the account's public key. Call ids have a version before a colon.
 */
export const telnyx: Provider = {
  name: "telnyx",
  accepts: "application/x-www-form-urlencoded",
  contentType: "text/xml; charset=utf-8",
  connecting: {
    signingSecret: publicKeyForm,
    settings: [
      { setting: "Webhook URL", url: "voice", method: "POST" },
      { setting: "Call progress events URL", url: "status", method: "POST" },
    ],
    fallbackSetting: "Webhook failover URL",
  },
  verify: isTelnyxSigned,
  parseCall: (request) => parseCxmlCall(request, /^[\w:-]{1,128}$/),
  parseInput: parseCxmlInput,
  parseStatus: parseCxmlStatus,
  recordings: {
    api: [],
    media: [
      /^s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/telephony-recorder-[a-z0-9-]+\//,
      /^telephony-recorder-[a-z0-9-]+\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\//,
      /^(?:[a-z0-9-]+\.)*telnyx(?:storage|cloudstorage)?\.com\//,
    ],
    asks: "nothing",
    takesExtension: false,
  },
  parseRecording: parseCxmlRecording,
  render: (directives, links) =>
    renderCxml(directives, links, { speechTimeout: 2, sipUri: (uri) => uri }),
};
