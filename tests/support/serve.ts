/**
 * A stack in a process of its own, for tests of several processes on one database.
 *
 * Usage: deno run -A tests/support/serve.ts, with the options as JSON in SERVE; prints its URL when
 * it answers and ends when its standard input does.
 */
import { z } from "zod";
import { createStack } from "#local/stack.ts";
import { Secrets } from "#local/secrets.ts";
import { setLogSink } from "#shared/log.ts";

const options = z.object({
  data: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("folder"), path: z.string(), schemaCache: z.string() }),
    z.object({ kind: z.literal("postgres"), url: z.string() }),
  ]),
  secrets: Secrets,
  publicUrl: z.string(),
  files: z.string().optional(),
  environment: z.record(z.string(), z.string()),
}).parse(JSON.parse(Deno.env.get("SERVE") ?? "null"));

setLogSink(() => {});
await using stack = await createStack({
  data: options.data,
  secrets: options.secrets,
  environment: { ...options.environment, SWITCHBOARD_PUBLIC_URL: options.publicUrl },
  cron: false,
  ...options.files !== undefined && { files: options.files },
});
console.log(stack.url);
for await (const _ of Deno.stdin.readable);
