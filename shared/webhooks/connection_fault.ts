import { DeliveryFault } from "./fault.ts";

/** What the runtimes call a certificate that they do not accept. */
const CERTIFICATE = /certificate|CERT_|ALTNAME|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/i;
/** An answer that is no HTTP, too large a head, or a body that is not as long as was said. */
const INVALID_RESPONSE = /^HTTPParserError|UND_ERR_(?:HEADERS_OVERFLOW|RES_)/;
/** A code of the system or of a library, which is safe to show. */
const CODE = /^[A-Z][A-Z0-9_]{2,60}$/;

/**
 * Says what a failed connection or exchange was, in words that can be shown: messages of runtimes
 * may repeat what was sent.
 *
 * @param sent whether the request had begun to be sent.
 */
export function connectionFault(error: unknown, sent: boolean): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  const code = codeOf(error);
  const named = code === undefined ? "" : ` (${code})`;
  const fault = (...[kind, text]: ConstructorParameters<typeof DeliveryFault>) =>
    new DeliveryFault(kind, text, { cause: error });
  if (CERTIFICATE.test(`${code} ${message}`)) {
    return fault("certificate_refused", `The certificate is not valid for the host${named}`);
  }
  if (code === "UND_ERR_CONNECT_TIMEOUT") return fault("timed_out", "No connection in time");
  if (INVALID_RESPONSE.test(`${name} ${code}`)) {
    return fault("invalid_response", `The answer is no valid HTTP${named}`);
  }
  return sent
    ? fault("connection_lost", `The connection ended before a whole answer${named}`)
    : fault("connection_failed", `The connection could not be made${named}`);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" && CODE.test(error.code) ? error.code : undefined;
}
