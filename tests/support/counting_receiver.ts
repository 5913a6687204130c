import { z } from "zod";

/** Receivers of deliveries on this machine that count what reaches them, each at a path of its own. */
export interface CountingReceiver extends AsyncDisposable {
  /** The URL of a receiver. */
  urlOf(name: string): string;
  /** What reached a receiver, by `webhook-id`. */
  receivedBy(name: string): ReadonlyMap<string, Receipts>;
  /** The requests that reached a receiver in the order in which they did. */
  orderAt(name: string): readonly Arrival[];
  /** How many requests have reached any of them. */
  readonly count: number;
  /**
   * Resolves when so many requests more have come, of which the last and all that follow get no
   * answer until {@linkcode CountingReceiver.goOn}; and those no acknowledgement.
   */
  holdAfter(requests: number): Promise<void>;
  goOn(): void;
}

/** What reached a receiver of one event. */
export interface Receipts {
  received: number;
  acknowledged: number;
  readonly bodies: Set<string>;
}

/** One request. */
export interface Arrival {
  readonly id: string;
  readonly data: Data;
}

/** Whether a request is refused: by the receiver's name, the event's number, and how often it came before. */
export type Refusal = (name: string, n: number, before: number) => boolean;

const body = z.object({ data: z.object({ n: z.number(), key: z.number() }) });
type Data = z.output<typeof body>["data"];

/** Starts receivers of events whose data is `{n, key}`. */
export function startCountingReceiver(refuses: Refusal): CountingReceiver {
  const receipts = new Map<string, Map<string, Receipts>>();
  const arrivals = new Map<string, Arrival[]>();
  let count = 0;
  let holdFrom = Infinity;
  let held = Promise.withResolvers<void>();
  let released = Promise.withResolvers<void>();

  async function answer(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    const id = request.headers.get("webhook-id") ?? "";
    const text = await request.text();
    const { data } = body.parse(JSON.parse(text));
    const ofEvent = entry(entry(receipts, name, () => new Map<string, Receipts>()), id, () => ({
      received: 0,
      acknowledged: 0,
      bodies: new Set<string>(),
    }));
    const before = ofEvent.received++;
    ofEvent.bodies.add(text);
    entry(arrivals, name, () => []).push({ id, data });
    if (++count >= holdFrom) {
      held.resolve();
      await released.promise;
      return new Response(null, { status: 500 });
    }
    if (refuses(name, data.n, before)) return new Response(null, { status: 503 });
    ofEvent.acknowledged++;
    return new Response(null, { status: 204 });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    urlOf: (name) => `http://127.0.0.1:${server.addr.port}/${name}`,
    receivedBy: (name) => receipts.get(name) ?? new Map(),
    orderAt: (name) => arrivals.get(name) ?? [],
    get count() {
      return count;
    },
    holdAfter(requests) {
      held = Promise.withResolvers<void>();
      released = Promise.withResolvers<void>();
      holdFrom = count + requests;
      return held.promise;
    },
    goOn() {
      holdFrom = Infinity;
      released.resolve();
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
