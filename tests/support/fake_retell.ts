import { z } from "zod";

/** A request as the stand-in for Retell got it. */
export interface AskedRetell {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | null;
  readonly body: unknown;
}

/** A stand-in for Retell's REST API on this machine. */
export interface FakeRetell extends AsyncDisposable {
  readonly url: string;
  readonly requests: AskedRetell[];
  /** Calls that `/v3/list-calls` tells, in pages of what is asked for. */
  calls: object[];
  /** Answers in the place of the usual ones until it is taken away; undefined leaves it to them. */
  behaviour: ((request: AskedRetell) => Response | Promise<Response> | undefined) | undefined;
}

/** The key that the stand-in takes. */
export const RETELL_KEY = "key_0123456789abcdef0123456789ab";

const AGENTS = ["agent_a", "agent_b", "agent_c"].map((agent_id) => ({
  agent_id,
  agent_name: `The ${agent_id}`,
  channel: "voice",
  tags: {},
  user_modified_timestamp: 1_700_000_000_000,
}));

const VOICES = ["one", "two", "three"].map((name) => ({
  voice_id: `11labs-${name}`,
  voice_name: name,
  provider: "elevenlabs",
  gender: "female",
}));

const NUMBERS = [{ phone_number: "+15550100100", phone_number_pretty: "+1 (555) 010-0100" }];

const paging = z.object({
  limit: z.coerce.number().default(50),
  pagination_key: z.coerce.number().default(0),
});

/** Starts a stand-in that takes {@linkcode RETELL_KEY} and no other key. */
export function startFakeRetell(): FakeRetell {
  const requests: AskedRetell[] = [];
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: closing.signal },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.text();
      const asked = {
        method: request.method,
        path: pathname,
        query: Object.fromEntries(searchParams),
        authorization: request.headers.get("authorization"),
        body: text === "" ? undefined : JSON.parse(text),
      };
      requests.push(asked);
      return await fake.behaviour?.(asked) ?? answer(asked);
    },
  );
  const answer = ({ method, path, query, authorization, body }: AskedRetell): Response => {
    if (authorization !== `Bearer ${RETELL_KEY}`) {
      return Response.json({ status: "error", message: "Invalid API Key" }, { status: 401 });
    }
    switch (`${method} ${path}`) {
      case "POST /v2/list-agents":
        return Response.json(pageOf(AGENTS, query));
      case "GET /v2/list-phone-numbers":
        return Response.json(pageOf(NUMBERS, query));
      case "GET /list-voices":
        return Response.json(VOICES);
      case "POST /v3/list-calls":
        return Response.json(pageOf(fake.calls, body));
      case "POST /v2/register-phone-call":
        return Response.json({ call_id: "call_registered", call_status: "registered" });
      default:
        return Response.json({ status: "error", message: "No such route" }, { status: 404 });
    }
  };
  const fake: FakeRetell = {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    calls: [],
    behaviour: undefined,
    async [Symbol.asyncDispose]() {
      // At once: what never answers would be waited for.
      closing.abort();
      await server.finished;
    },
  };
  return fake;
}

function pageOf(items: readonly object[], asked: unknown) {
  const { limit, pagination_key: start } = paging.parse(asked ?? {});
  const has_more = start + limit < items.length;
  return {
    items: items.slice(start, start + limit),
    has_more,
    ...has_more ? { pagination_key: String(start + limit) } : {},
  };
}
