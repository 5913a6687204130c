import { z } from "zod";
import { newSecrets } from "#local/secrets.ts";
import { newLine } from "#tests/support/phone_line.ts";
import { testStack } from "#tests/support/stack.ts";
import { type Child, startChild } from "./child.ts";
import { emptyDatabase } from "./databases.ts";
import { environmentOf, KEYS, PUBLIC_URL } from "./environment.ts";
import { openHotRole } from "#tests/support/databases.ts";

/** A number that a menu answers, and what its provider knows of it. */
export interface BenchmarkLine {
  readonly databaseUrl: string;
  readonly number: string;
  readonly authToken: string;
  /** The path of the callback of a call that comes in, below the functions. */
  readonly voicePath: string;
  /** Where the edge function of the calls listens. */
  readonly url: string;
}

/**
 * Sets up a line on a database of its own as its owner would, and serves the calls of it in a process
 * of its own.
 */
export async function startLine(
  stack: AsyncDisposableStack,
  clusterUrl: string,
  name: string,
): Promise<BenchmarkLine> {
  const databaseUrl = await emptyDatabase(clusterUrl, name);
  const line = await setUp(databaseUrl);
  await openHotRole(clusterUrl);
  const { ready } = stack.use(
    await startChild(new URL("../processes/switchboard.ts", import.meta.url), {
      ready: z.object({ url: z.string() }),
      args: ["ivr"],
      environment: environmentOf(databaseUrl),
    }),
  );
  const { number, authToken, urls: { voice } } = line;
  const url = new URL(ready.url).origin;
  return { databaseUrl, number, authToken, url, voicePath: voice.slice(PUBLIC_URL.length) };
}

async function setUp(databaseUrl: string) {
  await using stack = await testStack({
    databaseUrl,
    secrets: { ...newSecrets(), encryption_keys: KEYS },
    environment: { SWITCHBOARD_PUBLIC_URL: PUBLIC_URL },
  });
  return await newLine(stack.url, await stack.newTenant());
}

/** A load generator that calls a line; without a line's function, whoever answers like it. */
export function startCaller(
  stack: AsyncDisposableStack,
  { number, authToken, voicePath, url }: Omit<BenchmarkLine, "databaseUrl">,
): Promise<Child<unknown>> {
  return startChild(new URL("../processes/turn_load.ts", import.meta.url), {
    ready: z.object({}),
    args: [JSON.stringify({ number, authToken, voicePath, url, publicUrl: PUBLIC_URL })],
  }).then((child) => stack.use(child));
}
