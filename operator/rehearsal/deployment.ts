import type { Functions } from "#local/gateway/functions.ts";
import { type HostedFunction, startHosted } from "./hosted_function.ts";
import type { Rebuilt } from "./rebuild.ts";
import type { Runtime } from "./runtime.ts";

/** Functions on a version of the runtime, each in a process of its own. */
export interface Deployment extends AsyncDisposable {
  readonly functions: Functions;
  /** How long each took to start, in milliseconds. */
  readonly coldStarts: ReadonlyMap<string, number>;
}

/** Starts every function, one after the other, so that each has the machine to itself. */
export async function startDeployment(
  rebuilt: readonly Rebuilt[],
  runtime: Runtime,
  environment: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const folder = await Deno.makeTempDir({ prefix: "switchboard-empty-" });
  const started = new Map<string, HostedFunction>();
  const stop = async () => {
    await Promise.all([...started.values()].map((hosted) => hosted[Symbol.asyncDispose]()));
    // Not recursive: it fails if a function has left something here.
    await Deno.remove(folder);
  };
  try {
    for (const one of rebuilt) {
      started.set(one.name, await startHosted(one, runtime, environment, folder));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    functions: new Map(
      [...started].map(([name, hosted]) => [name, (request: Request) => hosted.fetch(request)]),
    ),
    coldStarts: new Map([...started].map(([name, { coldStartMs }]) => [name, coldStartMs])),
    [Symbol.asyncDispose]: stop,
  };
}
