import type { Keyring } from "../crypto/keyring.ts";
import { env, type Environment } from "../env.ts";
import { requireKeyring } from "../secrets.ts";
import { WebhookClient } from "./client.ts";
import { deliver } from "./deliver.ts";
import type { Answer } from "./judgement.ts";
import type { ClaimedDelivery, Outcome } from "./queue.ts";
import { SealedTexts } from "./sealed_texts.ts";
import type { Message } from "./signature.ts";
import { type SealedEndpoint, signedRequest } from "./signed_request.ts";

/** What sends deliveries, for as long as it is open. */
export interface Sender {
  /** Makes one attempt at a claimed delivery; see `deliver`. */
  readonly send: (delivery: ClaimedDelivery) => Promise<Outcome>;
  /**
   * Posts a message and answers what came back, for what is not a delivery: an endpoint that is
   * asked. Never rejects for what the endpoint does.
   *
   * @throws {DeliveryFault} `unreadable_secret`, `unreadable_headers`
   */
  readonly ask: (endpoint: SealedEndpoint, message: Message, deadlineMs: number) => Promise<Answer>;
  /** Aborted when its connections are cut: nothing can be sent from then on. */
  readonly closed: AbortSignal;
}

let current:
  | {
    readonly of: Environment;
    readonly client: WebhookClient;
    readonly closing: AbortController;
    readonly sender: Sender;
  }
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
  return current.sender;
}

/** Cuts the connections to endpoints; the next {@linkcode webhookSender} makes others. */
export async function closeWebhookConnections(): Promise<void> {
  const open = current;
  current = undefined;
  open?.closing.abort();
  await open?.client[Symbol.asyncDispose]();
}

function open(environment: Environment, keyring: Keyring) {
  const sealed = new SealedTexts(keyring);
  const client = new WebhookClient({ allowLoopback: environment.allowLoopbackWebhooks });
  const closing = new AbortController();
  return {
    of: environment,
    client,
    closing,
    sender: {
      send: (delivery: ClaimedDelivery) => deliver(delivery, { client, sealed }),
      ask: async (endpoint: SealedEndpoint, message: Message, deadlineMs: number) =>
        await client.send(await signedRequest(endpoint, message, sealed), { deadlineMs }),
      closed: closing.signal,
    },
  };
}
