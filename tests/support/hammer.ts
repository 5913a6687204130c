/**
 * Presents keys in a process of its own, for tests of many callers at once.
 *
 * Usage: deno run -A tests/support/hammer.ts, with the environment as JSON in HAMMER. Each line of its
 * standard input is an order; each line that it prints tells what came of one. Ends with its input.
 */
import { z } from "zod";
import { verifyApiKey } from "#shared/api_keys/verify.ts";
import { closeHotConnections } from "#shared/db/hot.ts";
import { setEnvironment } from "#shared/env.ts";
import { setLogSink } from "#shared/log.ts";

/** A key to present, by so many clients, by each so often, one after the other. */
export const order = z.object({ key: z.string(), clients: z.int(), times: z.int() });

/** How often each verdict was given. */
export const outcome = z.record(z.string(), z.int());

async function carryOut({ key, clients, times }: z.output<typeof order>) {
  const codes: Record<string, number> = {};
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let time = 0; time < times; time++) {
      const { code } = await verifyApiKey(key);
      codes[code] = (codes[code] ?? 0) + 1;
    }
  }));
  return codes;
}

if (import.meta.main) {
  setLogSink(() => {});
  setEnvironment(z.record(z.string(), z.string()).parse(JSON.parse(Deno.env.get("HAMMER") ?? "")));
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      console.log(JSON.stringify(await carryOut(order.parse(JSON.parse(line)))));
    }
  }
  await closeHotConnections();
}
