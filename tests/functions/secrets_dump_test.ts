import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { PROVIDER_NAMES, type ProviderName } from "#shared/ivr/providers/mod.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { dump } from "#tests/support/dump.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { healthStack } from "#tests/support/health_data.ts";
import { bearer, call, type Reply } from "#tests/support/key_holder.ts";
import { incomingCall, newLine } from "#tests/support/phone_line.ts";
import { privateKey, SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { ask, putConfig } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import { as } from "#tests/support/webhook_owner.ts";

/** Secrets as they were given to the functions or by them, under what they are. */
type Planted = Map<string, string>;

/** What anybody may know: it must be found in the way in which secrets are looked for. */
const OPEN = `open ${randomBytes(20).toString("hex")}`;

const API_SECRETS: Partial<Record<ProviderName, () => string>> = {
  signalwire: () => `PT${randomBytes(24).toString("hex")}`,
  vonage: () => privateKey(),
};

/** Creates something twice under one key for repeats, so that its answer is kept for the second time. */
async function createTwice(
  stack: TestStack,
  owner: Tenant,
  path: string,
  json: object,
): Promise<Reply["body"]> {
  const headers = { ...bearer(owner.jwt), "idempotency-key": crypto.randomUUID() };
  const [first, again] = [
    await call(stack, "POST", path, { headers, json }),
    await call(stack, "POST", path, { headers, json }),
  ];
  assert.deepEqual([first.status, again.status], [201, 201], JSON.stringify(first.body));
  assert.equal(again.body.id, first.body.id);
  return first.body;
}

/** Connects every provider, changes its secrets, and has a call come in. */
async function plantConnections(stack: TestStack, owner: Tenant, planted: Planted): Promise<void> {
  for (const provider of PROVIDER_NAMES) {
    const secret = (what: string, text: string) => {
      planted.set(`${what} of ${provider}`, text);
      return text;
    };
    const apiSecret = API_SECRETS[provider];
    const { id } = await createTwice(stack, owner, "/ivr/connections", {
      ...{ provider, name: provider, auth_token: secret("token", SIGNING_SECRETS[provider]()) },
      ...apiSecret !== undefined && {
        ...{ account_sid: crypto.randomUUID(), api_secret: secret("API secret", apiSecret()) },
      },
    });
    const auth_token = secret("next token", SIGNING_SECRETS[provider]());
    const rotated = await as(owner).post(stack, `/ivr/connections/${id}/rotate-secret`, {
      ...{ auth_token, overlap_hours: 1 },
    });
    assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
    if (apiSecret === undefined) continue;
    const api_secret = secret("next API secret", apiSecret());
    const changed = await as(owner).patch(stack, `/ivr/connections/${id}`, { api_secret });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
  }
  const line = await newLine(stack.url, owner);
  planted.set("token of a line", line.authToken);
  assert.equal((await line.post(line.urls.voice, incomingCall(line))).status, 200);
}

/** Makes an endpoint, changes its headers and its secret, and has it called. */
async function plantWebhook(
  stack: TestStack,
  owner: Tenant,
  { planted, url }: { planted: Planted; url: string },
): Promise<void> {
  const header = (what: string) => {
    const text = `Bearer ${randomBytes(20).toString("base64url")}`;
    planted.set(what, text);
    return { authorization: text };
  };
  const made = await createTwice(stack, owner, "/webhooks", {
    ...{ url, events: ["*"], headers: header("header of an endpoint"), description: OPEN },
  });
  planted.set("secret of an endpoint", z.string().parse(made.secret));
  const path = `/webhooks/${made.id}`;
  const headers = header("next header of an endpoint");
  assert.equal((await as(owner).patch(stack, path, { headers })).status, 200);
  const rotated = await as(owner).post(stack, `${path}/rotate-secret`, { overlap_hours: 24 });
  planted.set("next secret of an endpoint", z.string().parse(rotated.body.secret));
  const { body } = await as(owner).post(stack, `${path}/test`);
  assert.equal(body.delivered, true, JSON.stringify(body));
}

/** Configures an account at Retell twice, and has the key used. */
async function plantRetell(stack: TestStack, owner: Tenant, planted: Planted): Promise<void> {
  for (const time of ["first", "second"]) {
    const config = {
      api_key: time === "first" ? `key_${randomBytes(14).toString("hex")}` : RETELL_KEY,
      call_agent_id: `agent_${randomBytes(12).toString("hex")}`,
      sms_agent_id: `agent_${randomBytes(12).toString("hex")}`,
    };
    for (const [field, text] of Object.entries(config)) planted.set(`${time} ${field}`, text);
    const { status, body } = await putConfig(stack, owner, config);
    assert.equal(status, 200, JSON.stringify(body));
  }
  assert.equal((await ask(stack, owner, "POST", "/config/check")).status, 200);
}

async function plantKeys(stack: TestStack, owner: Tenant, planted: Planted): Promise<void> {
  const made = await createTwice(stack, owner, "/api-keys", { name: "Key", scopes: ["*"] });
  planted.set("key of a program", z.string().parse(made.key));
  const { body } = await as(owner).post(stack, `/api-keys/${made.id}/rotate`, { overlap_hours: 1 });
  planted.set("next key of a program", z.string().parse(body.key));
  const headers = bearer(z.string().parse(body.key));
  assert.equal((await call(stack, "GET", "/account/profile", { headers })).status, 200);
}

/** Pieces of a secret, none of them its last four characters, as text and as what text is written as. */
function tracesOf(secret: string): string[] {
  return secret.split("\n").filter((line) => !line.startsWith("-----")).flatMap((line) => {
    const piece = line.slice(-20, -6);
    const bytes = Buffer.from(line);
    const written = [bytes.toString("hex").slice(0, -8), bytes.toString("base64").slice(0, -8)];
    return [piece, ...written].filter((text) => text.length >= 10);
  });
}

Deno.test(
  "A dump of the database holds no plain secret, of whatever kind",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using receiver = startReceiver(answersWith(200));
    await using it = await healthStack(database.url);
    const { stack } = it;
    const owner = await stack.newTenant();
    const planted: Planted = new Map([["password", owner.password]]);
    await plantConnections(stack, owner, planted);
    await plantWebhook(stack, owner, { planted, url: receiver.url });
    await plantRetell(stack, owner, planted);
    await plantKeys(stack, owner, planted);
    const everything = await dump(database.url);
    const found = (text: string) => tracesOf(text).filter((trace) => everything.includes(trace));
    assert.equal(found(OPEN).length, 1);
    assert.ok(planted.size >= 25, String(planted.size));
    for (const [what, secret] of planted) {
      assert.ok(tracesOf(secret).length > 0, what);
      assert.deepEqual(found(secret), [], `${what} stands in the dump`);
    }
  },
);
