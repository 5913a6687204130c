/** Why a delivery failed; what owners read in their log, before a sentence. The union is closed. */
export type FaultCode =
  | "invalid_url"
  | "refused_address"
  | "unresolvable"
  | "unguarded"
  | "timed_out"
  | "connection_failed"
  | "connection_lost"
  | "certificate_refused"
  | "invalid_response"
  | "response_too_large"
  | "redirected"
  | "refused"
  | "unreadable_secret"
  | "unreadable_headers"
  | "internal_error";

/**
 * What went wrong with a delivery. The message is for the endpoint's owner: it names neither the
 * path and query of the URL, which may hold a secret, nor an address of our network.
 */
export class DeliveryFault extends Error {
  override name = "DeliveryFault";

  constructor(readonly code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** As the log of deliveries keeps it: `timed_out: No whole answer within 15 s`. */
  override toString(): string {
    return `${this.code}: ${this.message}`;
  }
}
