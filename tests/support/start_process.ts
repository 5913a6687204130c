import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "#local/paths.ts";

/** `deno task start` in a process of its own. */
export interface StartProcess extends AsyncDisposable {
  /** All that it has printed so far. */
  readonly output: () => string;
  /**
   * Waits until it has printed this.
   *
   * @throws {Error} with what it printed instead, if it ends before.
   */
  printed(text: string): Promise<void>;
  /** Sends a signal and waits for the end. */
  end(signal: Deno.Signal): Promise<Ended>;
  /** Waits for the end. */
  readonly ended: Promise<Ended>;
}

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stderr: string;
}

/** Runs `start` with these arguments on ports of its own. */
export function startProcess(...args: string[]): StartProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "local", "start.ts"), "--port", "0", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let closed = false;
  let news = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += chunk;
      news.resolve();
      news = Promise.withResolvers();
    }
    closed = true;
    news.resolve();
  })();
  const ended = Promise.all([child.status, new Response(child.stderr).text(), reading])
    .then(([{ code, signal }, stderr]) => ({ code, signal, stderr }));
  const end = async (signal: Deno.Signal) => {
    if (!closed) child.kill(signal);
    return await ended;
  };
  return {
    output: () => output,
    async printed(text) {
      while (!output.includes(text)) {
        if (closed) throw new Error(`It ended before "${text}":\n${output}${(await ended).stderr}`);
        await news.promise;
      }
    },
    end,
    ended,
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
    },
  };
}

const details = z.looseObject({
  url: z.url(),
  provider_url: z.url(),
  publishable_key: z.string(),
  secret_key: z.string(),
  cron_key: z.string(),
  demo: z.looseObject({
    email: z.string(),
    password: z.string(),
    user_id: z.string(),
    connection_id: z.string(),
    number: z.string(),
  }).optional(),
});

/** What a running stack says of itself in its folder. */
export async function readDetails(folder: string): Promise<z.output<typeof details>> {
  return details.parse(JSON.parse(await Deno.readTextFile(join(folder, "local.json"))));
}
