import twilio from "twilio";
import {
  type Entry,
  type Line,
  parseScript,
  placeCall,
  type PlaceCallOptions,
  scriptedCaller,
} from "#local/phone/mod.ts";

/** A request as the fake stack received it. */
export interface Received {
  method: string;
  url: string;
  /** Path and query, without the prefix of the functions. */
  path: string;
  headers: Headers;
  fields: URLSearchParams;
  /** What the official SDK says of the signature. */
  signed: boolean;
}

/** What the fake stack answers: TwiML, or a whole response. */
export type Answer = string | ((request: Received) => string | Response);

/** The line that the fake stack is reached on. */
export const LINE: Line = {
  url: "http://127.0.0.1:54321",
  provider: "twilio",
  connectionId: "6f1c1d9e-3c0a-4a57-9f3e-1c2d3e4f5a6b",
  authToken: "0123456789abcdef0123456789abcdef",
  to: "+15550100100",
};

const FUNCTIONS = "/functions/v1";

/** Puts verbs into a document. */
export function twiml(...verbs: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.join("")}</Response>`;
}

/** A response of TwiML. */
export function xml(body: string | Uint8Array<ArrayBuffer>, type = "text/xml"): Response {
  return new Response(body, { headers: { "content-type": type } });
}

/** Answers documents by their path, or in order where a list is given, and every status callback with 204. */
export function fakeStack(answers: Record<string, Answer> | Answer[], publicUrl?: string) {
  const received: Received[] = [];
  const queue = Array.isArray(answers) ? [...answers] : [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const body = await request.text();
    const url = new URL(request.url);
    const fields = new URLSearchParams(request.method === "GET" ? url.search : body);
    const named = new Map([...fields].map(([name]) => [name, fields.getAll(name)]));
    const one: Received = {
      method: request.method,
      url: request.url,
      path: (url.pathname + url.search).replace(FUNCTIONS, ""),
      headers: request.headers,
      fields,
      signed: twilio.validateRequest(
        LINE.authToken,
        request.headers.get("x-twilio-signature") ?? "",
        publicUrl === undefined
          ? request.url
          : publicUrl + url.pathname.replace(FUNCTIONS, "") + url.search,
        request.method === "GET" ? {} : Object.fromEntries(named),
      ),
    };
    received.push(one);
    const last = url.pathname.split("/").at(-1) ?? "";
    const answer = Array.isArray(answers)
      ? last === "status" ? undefined : queue.shift()
      : answers[last];
    if (answer === undefined) return new Response(null, { status: last === "status" ? 204 : 404 });
    const reply = typeof answer === "string" ? answer : answer(one);
    return typeof reply === "string" ? xml(reply) : reply;
  };
  return { fetch, received };
}

/** Calls a fake stack by a script and gives all that happened. */
export async function call(
  script: string,
  answers: Record<string, Answer> | Answer[],
  options: Partial<PlaceCallOptions> & { speakSeconds?: number } = {},
) {
  const { fetch, received } = fakeStack(answers, options.line?.publicUrl);
  const { speakSeconds, ...rest } = options;
  const transcript = await placeCall({
    line: LINE,
    caller: scriptedCaller(parseScript(script), { speakSeconds }),
    fetch,
    ...rest,
  });
  const documents = received.filter(({ url }) => !new URL(url).pathname.endsWith("/status"));
  const reports = received.filter(({ url }) => new URL(url).pathname.endsWith("/status"));
  return { transcript, received, documents, reports };
}

/** The entries without what only programs care for. */
export function story(entries: readonly Entry[]): Entry["kind"][] {
  return entries.map(({ kind }) => kind).filter((kind) =>
    kind !== "fetched" && kind !== "reported"
  );
}
