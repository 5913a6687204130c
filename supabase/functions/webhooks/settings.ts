import type { z } from "@hono/zod-openapi";
import { seal } from "#shared/crypto/sealed.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import type { webhookChanges } from "./schemas/endpoints.ts";
import { vetUrl } from "./vet_url.ts";

/** The endpoint that settings are for. */
export interface WebhookRow {
  readonly id: string;
  readonly userId: string;
}

/**
 * The settings as the database takes them: the URL vetted, the headers sealed.
 *
 * @throws {Problem} `validation_failed` naming `url`; `not_configured` without encryption keys.
 */
export async function settingsFor(
  row: WebhookRow,
  wanted: z.output<typeof webhookChanges>,
): Promise<object> {
  const { headers, ...settings } = wanted;
  if (settings.url !== undefined) await vetUrl(settings.url);
  if (headers === undefined) return settings;
  const names = Object.keys(headers ?? {});
  return {
    ...settings,
    headers: names.length === 0 ? null : await sealFor(row, "headers", JSON.stringify(headers)),
    header_names: names,
  };
}

/** A new signing secret, and the same as the endpoint's row keeps it. */
export async function newSecretFor(row: WebhookRow): Promise<{ secret: string; sealed: string }> {
  const secret = newSecret();
  return { secret, sealed: await sealFor(row, "secret", secret) };
}

function sealFor({ id, userId }: WebhookRow, column: string, text: string): Promise<string> {
  // As the database writes the id when it is unsealed; in a path it may stand in capitals.
  const binding = { user: userId, table: "webhooks", column, row: id.toLowerCase() };
  return seal(text, binding, requireKeyring());
}
