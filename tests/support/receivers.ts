import type { Certificate } from "#tests/support/certificates.ts";

/** A receiver of deliveries on this machine. */
export interface Receiver extends AsyncDisposable {
  /** With a path and a query that no log may show. */
  readonly url: string;
  readonly port: number;
  /** How many connections were made to it. */
  readonly connections: number;
  /** The requests that it was sent, whole. */
  readonly requests: readonly Received[];
}

/** A request as it was received. */
export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes an answer, or does something worse. The connection is closed when it returns. */
export type Behaviour = (connection: Deno.Conn, request: Received) => Promise<void> | void;

/** For tests that older runtimes run too, which take the timers of kept connections for leaks. */
export const ANY_RUNTIME = { sanitizeOps: false, sanitizeResources: false };

/** What a receiver's URL ends with, for tests that look for it in logs. */
export const SECRET_PATH = "/in/path-secret?key=query-secret";

/** A behaviour that sends a text. */
export function answers(text: string): Behaviour {
  return async (connection) => {
    await writeAll(connection, new TextEncoder().encode(text));
  };
}

/** A behaviour that answers with a status and a body. */
export function answersWith(status: number, body = "", headers: Record<string, string> = {}) {
  const lines = Object.entries({ ...headers, "content-length": String(body.length) })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return answers(`HTTP/1.1 ${status} X\r\nconnection: close\r\n${lines.join("")}\r\n${body}`);
}

/** Writes all of it. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await connection.write(bytes.subarray(at));
}

/** Reads until the other side is gone. */
export async function readToEnd(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await connection.read(buffer) !== null);
}

/** Starts a receiver that reads a whole request and then behaves as told. */
export function startReceiver(behaviour: Behaviour, tls?: Certificate): Receiver {
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener = tls ? Deno.listenTls({ ...address, ...tls }) : Deno.listen(address);
  const { port } = listener.addr;
  const requests: Received[] = [];
  const open = new Set<Deno.Conn>();
  let connections = 0;
  const serve = async (connection: Deno.Conn) => {
    open.add(connection);
    try {
      const request = await readRequest(connection);
      if (request === undefined) return;
      requests.push(request);
      await behaviour(connection, request);
    } catch {
      // The client cut the connection, which is what many of these tests are about.
    } finally {
      open.delete(connection);
      closeQuietly(connection);
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      serving.push(serve(connection));
    }
  })();
  return {
    url: `${tls ? "https" : "http"}://localhost:${port}${SECRET_PATH}`,
    port,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) closeQuietly(connection);
      await accepting.catch(() => {});
      await Promise.all(serving);
    },
  };
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}

async function readRequest(connection: Deno.Conn): Promise<Received | undefined> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const [head, body] = text.split("\r\n\r\n");
    if (head !== undefined && body !== undefined) {
      const headers = headersOf(head);
      const length = Number(headers["content-length"] ?? 0);
      if (new TextEncoder().encode(body).byteLength >= length) return { headers, body };
    }
    const read = await connection.read(buffer);
    if (read === null) return undefined;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
}

function headersOf(head: string): Record<string, string> {
  return Object.fromEntries(
    head.split("\r\n").slice(1).map((line) => {
      const [name = "", value = ""] = line.split(/: ?(.*)/s);
      return [name.toLowerCase(), value];
    }),
  );
}
