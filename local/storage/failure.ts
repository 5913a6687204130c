/** Every way a request can fail, as the platform's storage names it, with the status that it writes into the body. */
const FAILURES = {
  NoSuchBucket: ["404", "Bucket not found"],
  NoSuchKey: ["404", "not_found"],
  KeyAlreadyExists: ["409", "Duplicate"],
  AccessDenied: ["403", "Unauthorized"],
  InvalidKey: ["400", "InvalidKey"],
  InvalidRequest: ["400", "InvalidRequest"],
  InvalidJWT: ["400", "InvalidJWT"],
  InvalidSignature: ["400", "InvalidSignature"],
  InvalidMimeType: ["415", "invalid_mime_type"],
  InvalidRange: ["416", "InvalidRange"],
  EntityTooLarge: ["413", "Payload too large"],
} as const;

/** A request that storage refuses. */
export class StorageFailure extends Error {
  override name = "StorageFailure";

  constructor(readonly code: keyof typeof FAILURES, message: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** The reply in the platform's own form: status 400 over the wire, whatever the body says. */
  reply(): Response {
    const [statusCode, error] = FAILURES[this.code];
    const body = { statusCode, error, message: this.message, code: this.code };
    return Response.json(body, { status: 400 });
  }
}

/** Nothing is there, or nothing that the caller may see: the two are not told apart. */
export function objectNotFound(): StorageFailure {
  return new StorageFailure("NoSuchKey", "Object not found");
}
