import type { buildConnector } from "undici";
import { WebhookClient } from "./client.ts";

/** A name that is nobody's (RFC 2606), and is vetted like a public one. */
const NOWHERE = "https://webhook-client-check.example.com/";
const DEADLINE_MS = 1_000;

let known: Promise<boolean> | undefined;

/**
 * Tells whether this runtime asks the address guard where to connect, without which no webhook is
 * sent. Once it does, it does for as long as the isolate lives.
 */
export async function isGuardHeeded(): Promise<boolean> {
  known ??= heedsGuard();
  const isHeeded = await known;
  if (!isHeeded) known = undefined;
  return isHeeded;
}

/**
 * Tries it without a connection, for which there may be no network: the guard is asked about a name,
 * and answers that it leads inside. A runtime that asks and then connects elsewhere is cut off at
 * each connection instead.
 */
export async function heedsGuard(build?: typeof buildConnector): Promise<boolean> {
  let asked = false;
  await using client = new WebhookClient({
    allowLoopback: false,
    deadlineMs: DEADLINE_MS,
    resolve: () => {
      asked = true;
      return Promise.resolve(["127.0.0.1"]);
    },
    ...(build === undefined ? {} : { build }),
  });
  const { fault } = await client.send({ url: NOWHERE, headers: {}, body: "" });
  return asked && fault?.code === "refused_address";
}
