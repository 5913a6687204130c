import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import { Buffer } from "node:buffer";
import { type Entry, placeCall, Provider, scriptedCaller } from "#local/phone/mod.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { setRetell } from "#tests/support/retell.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import { makeWebhook, webhookStack } from "#tests/support/webhook_owner.ts";

const NUMBER = "+15550100100";

/** What a provider signs with, and what its customer is told of it. */
function secretOf(provider: Provider): { own: string; known: string } {
  if (provider !== "telnyx") {
    const secret = "0123456789abcdef0123456789abcdef";
    return { own: secret, known: secret };
  }
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const toBase64 = (text: string) => Buffer.from(text, "base64url").toString("base64");
  return { own: toBase64(d), known: toBase64(x) };
}

const row = z.object({ id: z.string() });

/** A line of a provider to a menu whose second item leads to the first, and that to Retell. */
async function lineOn(stack: TestStack, tenant: Tenant, provider: Provider, endpoint: string) {
  const { own, known } = secretOf(provider);
  const made = await fetch(`${stack.url}/functions/v1/ivr/connections`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.jwt}`, "content-type": "application/json" },
    body: JSON.stringify({ provider, name: provider, auth_token: known }),
  });
  assert.equal(made.status, 201);
  const { id: connectionId } = row.parse(await made.json());
  const menu = await tenant.db.from("ivr_menus").insert({
    name: provider,
    prompt: "Welcome.",
    items: [
      { digit: "1", label: "Ada", action: "agent", target: "retell:agent_ada", then: "repeat" },
      { digit: "2", label: "Order", action: "webhook", target: endpoint },
    ],
  }).select("id").single();
  const { id: menuId } = row.parse(menu.data);
  const published = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: menuId });
  assert.equal(published.error, null);
  const numbered = await tenant.db.from("phone_numbers")
    .insert({ connection_id: connectionId, number: NUMBER, menu_id: menuId });
  assert.equal(numbered.error, null);
  return { url: stack.url, provider, connectionId, authToken: own, to: NUMBER };
}

for (const provider of Provider.options) {
  Deno.test(`A phone in ${provider}'s dialect is led by a webhook to a Retell agent and back into the menu`, async () => {
    await using retell = startFakeApi(() => Response.json({ call_id: "call_1" }));
    await using receiver = startReceiver(answersWith(200, '{"digit":"1"}'));
    await using stack = await webhookStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
    const tenant = await stack.newTenant();
    await makeWebhook(stack, tenant, { url: receiver.url, events: ["custom.*"] });
    await setRetell(stack, tenant);
    const transcript = await placeCall({
      line: await lineOn(stack, tenant, provider, receiver.url),
      caller: scriptedCaller(["2", "h"], { holdSeconds: 1 }),
    });
    assert.equal(transcript.error, undefined);
    const heard = transcript.entries.flatMap((entry: Entry) =>
      entry.kind === "said"
        ? [entry.text]
        : entry.kind === "transferred"
        ? entry.to.map(({ address }) => address)
        : []
    );
    assert.deepEqual(heard, [
      "Welcome.",
      "One moment, please.",
      "One moment, please.",
      "sip:call_1@sip.retellai.com;transport=tcp",
      "Welcome.",
    ]);
    assert.deepEqual([receiver.requests.length, retell.requests.length], [1, 1]);
  });
}
