import { parseJson } from "../json.ts";
import type { WebhookRequest } from "./client.ts";
import { type CustomHeaders, customHeaders } from "./custom_headers.ts";
import { DeliveryFault } from "./fault.ts";
import type { SealedTexts } from "./sealed_texts.ts";
import { type Message, sign } from "./signature.ts";

/** Who we are to receivers, where an owner gives no other name. */
const USER_AGENT = "Switchboard-Webhooks/1";

/** An endpoint with what it takes to post to it, still sealed. */
export interface SealedEndpoint {
  readonly id: string;
  readonly user_id: string;
  readonly url: string;
  /** The current one first, then those that still count. */
  readonly secrets: readonly string[];
  /** JSON of custom headers. */
  readonly headers: string | null;
}

/**
 * The request that posts a message to an endpoint: with its owner's headers, and signed with every
 * secret that still counts.
 *
 * @throws {DeliveryFault} `unreadable_secret`, `unreadable_headers`
 */
export async function signedRequest(
  endpoint: SealedEndpoint,
  message: Message,
  sealed: SealedTexts,
): Promise<WebhookRequest> {
  const [secrets, headers] = await Promise.all([
    openSecrets(endpoint, sealed),
    openHeaders(endpoint, sealed),
  ]);
  return {
    url: endpoint.url,
    // Ours last: an owner's header must not stand in for them.
    headers: {
      "user-agent": USER_AGENT,
      ...headers,
      "content-type": "application/json",
      ...sign(message, secrets),
    },
    body: message.body,
  };
}

async function openSecrets(
  { id: row, user_id: user, secrets }: SealedEndpoint,
  sealed: SealedTexts,
): Promise<string[]> {
  const binding = { user, table: "webhooks", column: "secret", row };
  try {
    return await Promise.all(secrets.map((secret) => sealed.open(secret, binding)));
  } catch (cause) {
    const message = "The endpoint's secret cannot be opened";
    throw new DeliveryFault("unreadable_secret", message, { cause });
  }
}

async function openHeaders(
  { id: row, user_id: user, headers }: SealedEndpoint,
  sealed: SealedTexts,
): Promise<CustomHeaders> {
  if (headers === null) return {};
  const message = "The endpoint's custom headers cannot be used";
  try {
    const binding = { user, table: "webhooks", column: "headers", row };
    const opened = customHeaders.parse(parseJson(await sealed.open(headers, binding)));
    // In one case, so that a name of theirs and the same of ours are one header.
    return Object.fromEntries(
      Object.entries(opened).map(([name, value]) => [name.toLowerCase(), value]),
    );
  } catch (cause) {
    throw new DeliveryFault("unreadable_headers", message, { cause });
  }
}
