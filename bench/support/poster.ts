import { WebhookClient } from "../../shared/webhooks/client.ts";

/** With what jobs are posted: our client, which vets and pins addresses, or the runtime's fetch. */
export type ClientName = "ours" | "fetch";

/** Posts a body and resolves when it was taken. */
export type Post = (url: string, body: string) => Promise<void>;

/**
 * What posts with a client.
 *
 * @returns a function that throws for any answer but 204.
 */
export function posterOf(name: ClientName): Post {
  return name === "fetch" ? postWithFetch : postWithOurs;
}

const headers = { "content-type": "application/json" };
const client = new WebhookClient({ allowLoopback: true });

async function postWithOurs(url: string, body: string): Promise<void> {
  const { status } = await client.send({ url, headers, body });
  if (status !== 204) throw new Error(`The receiver answered ${status}`);
}

async function postWithFetch(url: string, body: string): Promise<void> {
  const { status } = await fetch(url, { method: "POST", headers, body });
  if (status !== 204) throw new Error(`The receiver answered ${status}`);
}
