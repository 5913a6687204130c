import assert from "node:assert/strict";
import { sign } from "retell-sdk";
import { z } from "zod";
import { type FakeRetell, RETELL_KEY, startFakeRetell } from "./fake_retell.ts";
import { bearer, call, type Reply } from "./key_holder.ts";
import { type Tenant, type TestStack, testStack } from "./stack.ts";

/** A stack whose Retell is a stand-in on this machine. */
export interface RetellStack extends AsyncDisposable {
  readonly stack: TestStack;
  readonly retell: FakeRetell;
}

/** Starts both. */
export async function retellStack(options: { databaseUrl?: string } = {}): Promise<RetellStack> {
  const retell = startFakeRetell();
  const stack = await testStack({
    databaseUrl: options.databaseUrl,
    environment: { SWITCHBOARD_RETELL_URL: retell.url, SWITCHBOARD_DISPATCH_KICK: "false" },
  });
  return {
    stack,
    retell,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await retell[Symbol.asyncDispose]();
    },
  };
}

/** A configuration with everything in it. */
export const CONFIG = {
  api_key: RETELL_KEY,
  call_agent_id: "agent_call_1",
  sms_agent_id: "agent_sms_1",
  phone_number: "+15550100100",
  webhook_config: { events: ["call_started", "call_ended", "call_analyzed"] },
};

/** Writes the configuration as an app does. */
export function putConfig(stack: TestStack, owner: Tenant, config: unknown): Promise<Reply> {
  return call(stack, "PUT", "/retell/config", { headers: bearer(owner.jwt), json: config });
}

/** Asks a route as the owner. */
export function ask(
  stack: TestStack,
  owner: Tenant,
  method: string,
  path: string,
  json?: unknown,
): Promise<Reply> {
  return call(stack, method, `/retell${path}`, { headers: bearer(owner.jwt), json });
}

/** A tenant whose account at Retell is configured, and the path that Retell posts to. */
export async function withAccount(
  stack: TestStack,
  config: Record<string, unknown> = { api_key: RETELL_KEY },
): Promise<{ owner: Tenant; hook: string }> {
  const owner = await stack.newTenant("owner");
  const { status, body } = await putConfig(stack, owner, config);
  assert.equal(status, 200, JSON.stringify(body));
  const url = z.string().parse(body.webhook_url);
  return { owner, hook: url.slice(url.indexOf("/retell/")) };
}

/** Posts a webhook, signed as Retell signs. */
export async function tell(stack: TestStack, hook: string, webhook: unknown): Promise<Reply> {
  const text = JSON.stringify(webhook);
  const signature = await sign(text, RETELL_KEY);
  return await call(stack, "POST", hook, { text, headers: { "x-retell-signature": signature } });
}
