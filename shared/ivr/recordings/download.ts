import type { Agent } from "undici";
import { parseDestination } from "#shared/webhooks/destination.ts";
import { DeliveryFault } from "#shared/webhooks/fault.ts";
import { pinnedConnector } from "#shared/webhooks/pinned_connector.ts";
import { loadUndici } from "#shared/webhooks/undici.ts";
import { type Resolver, systemResolver } from "#shared/webhooks/resolve.ts";
import type { RecordingSource } from "../providers/provider.ts";
import { type AudioFormat, audioFormat } from "./audio.ts";
import { CopyFault } from "./fault.ts";

/** The most that a recording may have, in bytes; what its bucket takes. */
export const MAX_BYTES = 104_857_600;
/** How often a provider may send us on. */
const MAX_REDIRECTS = 3;

/** How a download may be made otherwise than everywhere. */
export interface DownloadOptions {
  /** Ends it wherever it is: the one deadline over everything. */
  readonly signal: AbortSignal;
  /** Whether `localhost` is allowed, over http too; for tests alone. */
  readonly allowLoopback?: boolean;
  readonly resolve?: Resolver;
  readonly maxBytes?: number;
}

/** The beginning of an answer. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown };
}

/** A recording on its way. */
export interface Download extends AsyncDisposable {
  readonly format: AudioFormat;
  /** Its bytes as they come, at least one; ends in a {@linkcode CopyFault} where they do not. */
  readonly content: AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

/**
 * Asks a provider for a recording: over https, at hosts of the provider alone and at addresses of
 * the public internet alone, which stay those that were vetted; redirects are followed to such hosts
 * only. Its secrets go to its API's hosts and to nobody else.
 *
 * @param authorizations values of `authorization` to be tried in turn.
 * @throws {CopyFault}
 */
export async function download(
  url: string,
  source: RecordingSource,
  authorizations: readonly string[],
  options: DownloadOptions,
): Promise<Download> {
  const { signal, maxBytes = MAX_BYTES } = options;
  const agent = await agentFor(options);
  try {
    const asked = await ask(agent, withExtension(url, source), source, authorizations, options);
    const { url: { pathname }, answer: { status, headers, body } } = asked;
    if (status !== 200) throw refusedBy(status);
    const type = textOf(headers["content-type"]);
    const format = audioFormat(type, pathname);
    if (format === undefined) throw new CopyFault("not_audio", `The answer is no audio (${type})`);
    if (Number(textOf(headers["content-length"])) > maxBytes) throw tooLarge(maxBytes);
    return {
      format,
      content: await begun(limited(body, maxBytes, signal)),
      [Symbol.asyncDispose]: () => agent.destroy(),
    };
  } catch (error) {
    await agent.destroy();
    throw faultOf(error, signal);
  }
}

async function agentFor(
  { allowLoopback = false, resolve = systemResolver }: DownloadOptions,
): Promise<Agent> {
  const { Agent, buildConnector: build } = await loadUndici();
  return new Agent({
    connect: pinnedConnector({ allowLoopback, resolve, build, timeoutMs: 15_000 }),
    // The one deadline stands over all of these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

async function ask(
  agent: Agent,
  first: string,
  source: RecordingSource,
  authorizations: readonly string[],
  options: DownloadOptions,
): Promise<{ url: URL; answer: Answer }> {
  let text = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const { url, isApi } = vet(text, source, options);
    const tries = isApi && authorizations.length > 0 ? authorizations : [undefined];
    const answer = await firstAccepted(agent, url, tries, options.signal);
    if (![301, 302, 303, 307, 308].includes(answer.status)) return { url, answer };
    answer.body.destroy();
    const next = URL.parse(textOf(answer.headers.location), url);
    if (next === null) throw new CopyFault("provider_error", "A redirect leads nowhere");
    text = next.href;
  }
  throw new CopyFault(
    "refused_url",
    `The recording is behind more than ${MAX_REDIRECTS} redirects`,
  );
}

async function firstAccepted(
  agent: Agent,
  url: URL,
  authorizations: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<Answer> {
  for (const [index, authorization] of authorizations.entries()) {
    const { statusCode: status, headers, body } = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "GET",
      headers: {
        accept: "audio/*",
        "accept-encoding": "identity",
        ...authorization && { authorization },
      },
      signal,
    });
    // Cutting it ends in an error of the stream, of which the reader hears too.
    body.on("error", () => {});
    const isRefused = status === 401 || status === 403;
    if (!isRefused || index === authorizations.length - 1) return { status, headers, body };
    body.destroy();
  }
  throw new CopyFault("no_credentials", "There is nothing to ask with");
}

/** @throws {CopyFault} `refused_url` for what is no place of the provider's. */
function vet(text: string, { api, media }: RecordingSource, options: DownloadOptions) {
  const { url } = parseDestination(text, { allowLoopback: options.allowLoopback ?? false });
  const place = url.host + url.pathname;
  const isApi = api.some((pattern) => pattern.test(place));
  if (!isApi && !media.some((pattern) => pattern.test(place))) {
    throw new CopyFault("refused_url", `${url.host} is no host of the provider's recordings`);
  }
  return { url, isApi };
}

function withExtension(text: string, { takesExtension }: RecordingSource): string {
  return takesExtension && !/\.[a-z0-9]{2,4}$|[?#]/i.test(text) ? `${text}.mp3` : text;
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield new Uint8Array(chunk);
    }
  } catch (error) {
    throw faultOf(error, signal);
  }
}

/** The same bytes, once there are any. @throws {CopyFault} `empty` where there are none. */
async function begun(
  content: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): Promise<AsyncGenerator<Uint8Array<ArrayBuffer>>> {
  const first = await content.next();
  if (first.done) throw new CopyFault("empty", "The recording has no bytes");
  return (async function* () {
    yield first.value;
    yield* content;
  })();
}

function refusedBy(status: number): CopyFault {
  if (status === 401 || status === 403) {
    return new CopyFault("refused_by_provider", `The provider answered ${status}`);
  }
  const code = status === 404 || status === 410 ? "not_found" : "provider_error";
  return new CopyFault(code, `The provider answered ${status}`);
}

function tooLarge(maxBytes: number): CopyFault {
  return new CopyFault("too_large", `The recording has more than ${maxBytes} bytes`);
}

const DELIVERY_FAULTS: Partial<Record<DeliveryFault["code"], CopyFault["code"]>> = {
  invalid_url: "refused_url",
  refused_address: "refused_url",
  unguarded: "refused_url",
  unresolvable: "unresolvable",
};

/** What an error of a download is to the owner of the recording. */
function faultOf(error: unknown, signal: AbortSignal): CopyFault {
  if (error instanceof CopyFault) return error;
  if (signal.aborted) {
    return new CopyFault("timed_out", "The copy took too long", { cause: error });
  }
  const code = error instanceof DeliveryFault ? DELIVERY_FAULTS[error.code] : undefined;
  return new CopyFault(code ?? "connection_failed", "The provider cannot be reached", {
    cause: error,
  });
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header.at(-1) : header) ?? "";
}
