/** An absolute URL cut into what names the server and what the client asked of it. */
export interface RawUrl {
  /** Scheme and authority. */
  readonly origin: string;
  /** The path as it was sent, nothing decoded or resolved. */
  readonly path: string;
  /** The query as it was sent with its question mark, or nothing. */
  readonly query: string;
}

/**
 * Cuts a request's URL without parsing it. A parser re-encodes, and a provider's signature is over
 * what it sent.
 */
export function rawUrl(url: string): RawUrl {
  const [, origin = "", path = "", query = ""] =
    /^([a-z]+:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?/.exec(url) ??
      [];
  return { origin, path, query };
}

/**
 * The request under a URL that is kept byte for byte. The runtime would normalise it; here it does so
 * only for what it does itself.
 *
 * @param body in place of the request's own.
 */
export function withUrl(
  request: Request,
  url: string,
  body: BodyInit | null = request.body,
): Request {
  const { method, headers } = request;
  // Not the signal: the server's aborts when the reply is on its way, with work still going on.
  const moved = new Request(url, { method, headers, body });
  Object.defineProperty(moved, "url", { value: url });
  return moved;
}
