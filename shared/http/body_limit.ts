import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./app_env.ts";
import { operationOf } from "./operation.ts";
import { Problem } from "./problem.ts";
import { withUrl } from "./raw_url.ts";

/** How large a body may be unless its operation says otherwise, in bytes. */
export const DEFAULT_BODY_LIMIT = 256 * 1024;

/**
 * Reads the body up to the operation's limit before anything else does, and refuses a larger one.
 *
 * The bytes are counted as they come. `Content-Length` only serves to refuse early: a caller may
 * leave it out or lie.
 */
export const limitBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { body, headers, url } = c.req.raw;
  if (body !== null) {
    const limit = operationOf(c)?.bodyLimit ?? DEFAULT_BODY_LIMIT;
    if (Number(headers.get("content-length")) > limit) {
      await body.cancel();
      throw tooLarge(limit);
    }
    c.req.raw = withUrl(c.req.raw, url, await readUpTo(limit, body));
  }
  await next();
};

async function readUpTo(
  limit: number,
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop by a throw cancels the stream.
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", "The body broke off", { cause: error });
  }
  return concatenate(chunks, size);
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(limit: number): Problem {
  return new Problem("payload_too_large", `The limit is ${limit} bytes`);
}
