import type { z } from "zod";

/** A process of a benchmark's own that takes orders; see `takeOrders`. */
export interface Child<Ready> extends AsyncDisposable {
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Its process id. */
  readonly pid: number;
  /**
   * Gives it an order and waits for what comes of it.
   *
   * @throws {Error} if it ends instead. What it said of that is on the standard error.
   */
  ask<Schema extends z.ZodType>(order: object, answer: Schema): Promise<z.output<Schema>>;
}

/** What a {@linkcode Child} is started with. */
export interface ChildOptions<Ready extends z.ZodType> {
  readonly ready: Ready;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Further flags of `deno run`. */
  readonly flags?: readonly string[];
  /** The peers have dependencies, and so a configuration, of their own. */
  readonly config?: URL;
}

/** The configuration of the peers. */
export const PEERS = new URL("../peers/deno.json", import.meta.url);

/** Starts a script in a process of its own; resolves when it is ready. */
export async function startChild<Ready extends z.ZodType>(
  script: URL,
  { ready, environment = {}, args = [], flags = [], config }: ChildOptions<Ready>,
): Promise<Child<z.output<Ready>>> {
  const configured = config === undefined ? [] : [`--config=${config.pathname}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", ...flags, ...configured, script.href, ...args],
    env: { NO_COLOR: "1", ...environment },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const lines = linesOf(child.stdout);
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script.pathname} ended with code ${(await child.status).code}`);
    return JSON.parse(value);
  };
  return {
    ready: ready.parse(await next()),
    pid: child.pid,
    async ask(order, answer) {
      await input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
      return answer.parse(await next());
    },
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      // A server that was cut off in the middle of its work may hold on to it.
      const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
      await child.status;
      clearTimeout(timer);
      await lines.return(undefined);
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
