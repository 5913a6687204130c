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
 * A body without a length is counted as it comes. With one it is read at a stroke: the server takes no
 * more from the connection than was announced, and whoever calls from nearer by is counted afterwards.
 */
export const limitBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const limit = operationOf(c)?.bodyLimit ?? DEFAULT_BODY_LIMIT;
  const announced = c.req.header("content-length");
  if (announced !== undefined && Number(announced) <= limit) {
    const { byteLength } = await unbroken(c.req.arrayBuffer());
    if (byteLength > limit) throw tooLarge(limit);
  } else if (c.req.raw.body !== null) {
    const { body, url } = c.req.raw;
    if (Number(announced) > limit) {
      await body.cancel();
      throw tooLarge(limit);
    }
    c.req.raw = withUrl(c.req.raw, url, await unbroken(readUpTo(limit, body)));
  }
  await next();
};

async function unbroken<Body>(reading: Promise<Body>): Promise<Body> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", "The body broke off", { cause: error });
  }
}

async function readUpTo(
  limit: number,
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw cancels the stream.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
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
