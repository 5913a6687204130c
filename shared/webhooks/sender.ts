import type { Keyring } from "../crypto/keyring.ts";
import { env, type Environment } from "../env.ts";
import { requireKeyring } from "../secrets.ts";
import { WebhookClient } from "./client.ts";
import { deliver } from "./deliver.ts";
import type { ClaimedDelivery, Outcome } from "./queue.ts";
import { SealedTexts } from "./sealed_texts.ts";

/** Makes one attempt at a claimed delivery; see `deliver`. */
export type Sender = (delivery: ClaimedDelivery) => Promise<Outcome>;

let current:
  | { readonly of: Environment; readonly client: WebhookClient; readonly send: Sender }
  | undefined;

/**
 * What sends deliveries in this environment: one client and its connections for the whole isolate.
 *
 * @throws {Problem} `not_configured` without the keyring that endpoints' secrets are sealed with.
 */
export function webhookSender(): Sender {
  const environment = env();
  if (current !== undefined && current.of !== environment) void closeWebhookConnections();
  const keyring = requireKeyring();
  current ??= open(environment, keyring);
  return current.send;
}

/** Cuts the connections to endpoints; the next delivery makes others. */
export async function closeWebhookConnections(): Promise<void> {
  const open = current;
  current = undefined;
  await open?.client[Symbol.asyncDispose]();
}

function open(environment: Environment, keyring: Keyring) {
  const sealed = new SealedTexts(keyring);
  const client = new WebhookClient({ allowLoopback: environment.allowLoopbackWebhooks });
  return {
    of: environment,
    client,
    send: (delivery: ClaimedDelivery) => deliver(delivery, { client, sealed }),
  };
}
