/** What a client of Postgres said, as far as tests ask. */
export interface Said {
  /** The letter of the message: `Q` a simple query, `P` a statement to prepare, `E` to run it. */
  readonly type: string;
  /** The statement's name in a `P`; empty for one that ends with its next. */
  readonly name: string;
  /** The SQL of a `P` or a `Q`. */
  readonly text: string;
}

/** A relay in front of a Postgres server that listens to what is said without TLS. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  readonly said: Said[];
  /** How many connections there are, and how many were there at most at once. */
  readonly connections: { now: number; most: number; total: number };
  /** From now on nothing gets through, and nobody is told: a network that is gone. */
  freeze(): void;
  /** From the first statement on that has this text, no answer of the server gets through. */
  withhold(text: string): void;
}

/** Starts a relay to a server of this machine. */
export function startRelay(port: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const said: Said[] = [];
  const connections = { now: 0, most: 0, total: 0 };
  const open = new Set<Deno.TcpConn>();
  let frozen = false;
  let withheld: string | undefined;
  const isWithheld = () =>
    withheld !== undefined && said.some(({ text }) => text.includes(withheld ?? ""));

  async function relay(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    open.add(client).add(server);
    connections.now++;
    connections.total++;
    connections.most = Math.max(connections.most, connections.now);
    const listen = new Listener(said);
    const both = [
      forward(client, server, (bytes) => listen.take(bytes), () => frozen),
      forward(server, client, () => {}, () => frozen || isWithheld()),
    ];
    await Promise.race(both);
    for (const end of [client, server]) {
      open.delete(end);
      close(end);
    }
    await Promise.all(both);
    connections.now--;
  }

  const relays: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) relays.push(relay(client));
  })();
  return {
    port: listener.addr.port,
    said,
    connections,
    freeze: () => void (frozen = true),
    withhold: (text) => void (withheld = text),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const end of open) close(end);
      await Promise.all(relays);
    },
  };
}

async function forward(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  watch: (bytes: Uint8Array) => void,
  frozen: () => boolean,
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      const bytes = buffer.subarray(0, read);
      watch(bytes);
      for (let sent = 0; sent < read && !frozen();) sent += await to.write(bytes.subarray(sent));
    }
  } catch {
    // Either end went away, which ends the other too.
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

/** Takes apart what a client sends: after the greeting, a letter, a length and a body each. */
class Listener {
  #rest = new Uint8Array();
  #greeted = false;

  constructor(private readonly said: Said[]) {}

  take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    let at = 0;
    for (;;) {
      const head = this.#greeted ? 1 : 0;
      if (all.length < at + head + 4) break;
      const length = new DataView(all.buffer).getInt32(at + head);
      const end = at + head + length;
      if (all.length < end) break;
      if (this.#greeted) this.#hear(all.subarray(at, at + 1), all.subarray(at + 5, end));
      this.#greeted = true;
      at = end;
    }
    this.#rest = all.slice(at);
  }

  #hear(letter: Uint8Array, body: Uint8Array): void {
    const decoder = new TextDecoder();
    const type = decoder.decode(letter);
    const [first = "", second = ""] = decoder.decode(body).split("\0");
    this.said.push({
      type,
      name: type === "P" ? first : "",
      text: type === "P" ? second : type === "Q" ? first : "",
    });
  }
}
