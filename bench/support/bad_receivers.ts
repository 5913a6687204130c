import { writeAll } from "#tests/support/receivers.ts";
import { answersWith, readToEnd, type Receiver, startReceiver } from "#tests/support/receivers.ts";

/** Receivers that no endpoint should have. */
export type BadReceivers = Readonly<Record<string, Pick<Receiver, "url" | "connections">>>;

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
const HUGE = 200 * 2 ** 20;
/** Longer than any deadline, in milliseconds. */
const DRIP_MS = 500;

/** Starts one of each kind: that hangs, drips, answers 200 MB, redirects, resets. */
export function startBadReceivers(stack: AsyncDisposableStack): BadReceivers {
  const encoder = new TextEncoder();
  const start = (...[behaviour]: Parameters<typeof startReceiver>) =>
    stack.use(startReceiver(behaviour));
  return {
    hangs: start((connection) => readToEnd(connection)),
    drips: start(async (connection) => {
      await writeAll(connection, encoder.encode(`${HEAD}content-length: 1000\r\n\r\n`));
      for (;;) {
        await writeAll(connection, encoder.encode("."));
        await new Promise((resolve) => setTimeout(resolve, DRIP_MS));
      }
    }),
    huge: start(async (connection) => {
      await writeAll(connection, encoder.encode(`${HEAD}content-length: ${HUGE}\r\n\r\n`));
      const chunk = new Uint8Array(65_536).fill(46);
      for (let sent = 0; sent < HUGE; sent += chunk.length) await writeAll(connection, chunk);
    }),
    redirects: start(answersWith(302, "", { location: "http://169.254.169.254/latest/meta-data" })),
    resets: stack.use(startResetting()),
  };
}

/** A socket that is closed with unread bytes is reset. */
function startResetting(): Pick<Receiver, "url" | "connections"> & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting.catch(() => {});
    },
  };
}
