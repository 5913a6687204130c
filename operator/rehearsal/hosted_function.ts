import { rawUrl, withUrl } from "#shared/http/raw_url.ts";
import type { Rebuilt } from "./rebuild.ts";
import type { Runtime } from "./runtime.ts";

/** A function that runs as the platform runs it, in a process of its own. */
export interface HostedFunction extends AsyncDisposable {
  /** Answers a request whose path begins with the function's name. */
  fetch(request: Request): Promise<Response>;
  /** From nothing to listening, in milliseconds. */
  readonly coldStartMs: number;
}

/** What a process may say before it listens; a log that long is none of a start. */
const MOST_CHARACTERS = 100_000;

/**
 * Starts a function with what the platform grants: the network, its own environment and nothing of
 * this machine's; no file may be read beside its modules, none written, nothing run.
 *
 * @param folder where it runs: empty.
 * @throws {Error} with all that it printed, if it ends before it listens.
 */
export async function startHosted(
  { name, entrypoint, config }: Rebuilt,
  runtime: Runtime,
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<HostedFunction> {
  const started = performance.now();
  const child = new Deno.Command(runtime.program, {
    args: [
      "serve",
      "--host=127.0.0.1",
      "--port=0",
      "--no-check",
      "--allow-net",
      "--allow-env",
      "--no-prompt",
      "--cached-only",
      `--lock=${runtime.lock}`,
      `--config=${config}`,
      entrypoint,
    ],
    cwd: folder,
    clearEnv: true,
    env: { ...runtime.env, ...environment },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { origin, rest } = await untilListening(name, child);
  const coldStartMs = performance.now() - started;
  return {
    coldStartMs,
    fetch(request) {
      const { path, query } = rawUrl(request.url);
      const relayed = withUrl(request, `${origin}${path}${query}`);
      // What is compressed on the way would be unpacked here and still be said to be compressed.
      relayed.headers.set("accept-encoding", "identity");
      return fetch(relayed, { redirect: "manual" });
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([child.status, rest]);
    },
  };
}

async function untilListening(
  name: string,
  child: Deno.ChildProcess,
): Promise<{ origin: string; rest: Promise<void> }> {
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (said.length < MOST_CHARACTERS) {
    const { done, value } = await reader.read();
    if (done) break;
    said += value;
    const [, origin] = /Listening on (http:\/\/[\d.]+:\d+)/.exec(said) ?? [];
    if (origin === undefined) continue;
    // Read to its end, so that the process is never held up by what it logs.
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    return { origin, rest };
  }
  const { code } = await child.status;
  throw new Error(`${name} ended with ${code} before it listened:\n${said}`);
}
