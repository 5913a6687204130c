import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";
import type { CallLeg, Fields } from "#local/phone/dialect.ts";
import type { Outcome } from "#local/phone/interpreter.ts";
import { DIALECTS, type Provider } from "#local/phone/dialects.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

/** A call that has come in at a provider. */
export interface CallAtProvider {
  readonly connectionId: string;
  readonly leg: CallLeg;
  /** What the provider's requests are signed with. */
  readonly secret: string;
  /** The connection's routes, up to their last word. */
  readonly base: string;
  /** The document that the call was answered with. */
  readonly document: string;
  /** The parameters of a request for a document; `before` is what the last verb came to. */
  fields(before?: Outcome): Fields;
  /** Posts as the provider does, signed with its secret unless another is given. */
  post(url: string, fields: Fields, secret?: string): Promise<Response>;
}

/** The account of every connection. */
export const ACCOUNT = "account-1";

const made = z.object({ id: z.guid() });

/** Connects a provider as its owner would, and has a call come in; the tenant's menu is made first. */
export async function callAt(
  stack: TestStack,
  tenant: Tenant,
  provider: Provider,
  menu: Readonly<Record<string, unknown>>,
): Promise<CallAtProvider> {
  const { authToken, secret } = secretsOf(provider);
  const connected = await fetch(`${stack.url}/functions/v1/ivr/connections`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.jwt}`, "content-type": "application/json" },
    // What Vonage's requests name as their account is not the application.
    body: JSON.stringify({ provider, name: provider, auth_token: authToken }),
  });
  assert.equal(connected.status, 201);
  const { id: connectionId } = made.parse(await connected.json());
  const menuId = await menuOf(tenant, menu);
  const number = `+1555${String(randomBytes(4).readUInt32BE() % 1e7).padStart(7, "0")}`;
  const row = { connection_id: connectionId, number, menu_id: menuId };
  assert.equal((await tenant.db.from("phone_numbers").insert(row)).error, null);

  const dialect = DIALECTS[provider];
  const leg: CallLeg = {
    id: dialect.newId("call"),
    account: ACCOUNT,
    from: "+15550100123",
    to: number,
    extra: [],
  };
  const base = `${stack.url}/functions/v1/ivr/${provider}/${connectionId}`;
  const post = async (url: string, fields: Fields, signedWith = secret) => {
    const signed = dialect.sign({ url, method: "POST" }, fields, signedWith);
    return await fetch(signed.url, { ...signed, body: signed.body ?? null });
  };
  const document = await (await post(`${base}/voice`, dialect.fields(leg, "ringing"))).text();
  const fields = (before?: Outcome) => dialect.fields(leg, "in-progress", before);
  return { connectionId, leg, secret, base, document, fields, post };
}

/** Where a document of any provider leads. */
export function linkIn(document: string, route: "turn" | "recording"): string {
  const found = new RegExp(`[">](https?://[^"<]+/${route}\\?[^"<]*)["<]`).exec(document)?.[1];
  return found?.replaceAll("&amp;", "&") ?? assert.fail(`No ${route} in ${document}`);
}

/** What an owner enters, and what the provider signs with. */
export function secretsOf(provider: Provider): { authToken: string; secret: string } {
  if (provider !== "telnyx") {
    const secret = randomBytes(16).toString("hex");
    return { authToken: secret, secret };
  }
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const standard = (text: string) => Buffer.from(text, "base64url").toString("base64");
  return { authToken: standard(x), secret: standard(d) };
}

async function menuOf(tenant: Tenant, menu: Readonly<Record<string, unknown>>): Promise<string> {
  const known = await tenant.db.from("ivr_menus").select("id").maybeSingle();
  if (known.data !== null) return made.parse(known.data).id;
  const { data, error } = await tenant.db.from("ivr_menus").insert(menu).select("id").single();
  assert.equal(error, null);
  const { id } = made.parse(data);
  assert.equal((await tenant.db.rpc("publish_ivr_menu", { p_menu_id: id })).error, null);
  return id;
}
