import { join } from "node:path";
import type { DataPlace } from "#local/stack.ts";
import { newSecrets, type Secrets } from "#local/secrets.ts";

/** A stack that runs in a process of its own. */
export interface StackProcess extends AsyncDisposable {
  readonly url: string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** What the processes of one test share: they are one deployment. */
export interface Deployment {
  readonly data: DataPlace;
  readonly secrets: Secrets;
  /** The public address that providers sign for, whichever process answers. */
  readonly publicUrl: string;
  /** The folder of storage; each process has one of its own unless it is given. */
  readonly files?: string;
  /** Further variables for the functions. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A deployment over a database, with keys of its own. */
export function newDeployment(
  data: DataPlace,
  environment: Deployment["environment"] = {},
): Deployment {
  const publicUrl = "https://voice.example.com/functions/v1";
  return { data, secrets: newSecrets(), publicUrl, environment };
}

/** Starts a process of a deployment; answers when it does. */
export async function startProcess(deployment: Deployment): Promise<StackProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(import.meta.dirname ?? ".", "serve.ts")],
    env: { SERVE: JSON.stringify(deployment) },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const url = await firstLine(child.stdout);
  if (url === undefined) {
    throw new Error(`The process ended with code ${(await child.status).code}`);
  }
  const end = async () => {
    await child.stdin.close();
    await child.status;
  };
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await child.stdin.abort().catch(() => {});
      await child.status;
    },
    [Symbol.asyncDispose]: end,
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [line, rest] = text.split("\n");
    if (rest !== undefined) return line;
  }
  return undefined;
}
