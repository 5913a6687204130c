import assert from "node:assert/strict";
import { RetellClient } from "#shared/retell/client.ts";
import { Problem } from "#shared/http/problem.ts";
import { RETELL_KEY, startFakeRetell } from "#tests/support/fake_retell.ts";

const CALL = {
  agentId: "agent_a",
  fromNumber: "+15550100199",
  toNumber: null,
  metadata: { session_id: "s" },
};

/** The code of the problem that something fails with. */
async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return "none";
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
}

Deno.test("A call is registered with what is known of it, and the account's key", async () => {
  await using retell = startFakeRetell();
  const client = new RetellClient({ baseUrl: retell.url, apiKey: RETELL_KEY });
  assert.deepEqual(await client.registerPhoneCall(CALL), { callId: "call_registered" });
  assert.deepEqual(retell.requests, [{
    method: "POST",
    path: "/v2/register-phone-call",
    query: {},
    authorization: `Bearer ${RETELL_KEY}`,
    body: {
      agent_id: "agent_a",
      direction: "inbound",
      from_number: "+15550100199",
      metadata: { session_id: "s" },
    },
  }]);
});

Deno.test("A call id that is none, such as what would end a SIP address, is a bad answer", async () => {
  await using retell = startFakeRetell();
  const client = new RetellClient({ baseUrl: retell.url, apiKey: RETELL_KEY });
  for (const call_id of ["", "a@evil.example", "a b", 7, "x".repeat(129)]) {
    retell.behaviour = () => Response.json({ call_id });
    assert.equal(await codeOf(client.registerPhoneCall(CALL)), "retell_bad_answer");
  }
});

Deno.test("An exchange ends at its deadline and at the caller's signal, also while it is being read", async () => {
  await using retell = startFakeRetell();
  retell.behaviour = () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([91])) }));
  const short = new RetellClient({ baseUrl: retell.url, apiKey: RETELL_KEY, deadlineMs: 50 });
  assert.equal(await codeOf(short.listVoices()), "retell_timeout");
  const stopped = new RetellClient({
    baseUrl: retell.url,
    apiKey: RETELL_KEY,
    signal: AbortSignal.timeout(50),
  });
  assert.equal(await codeOf(stopped.listVoices()), "retell_timeout");
});

Deno.test("A Retell that cannot be reached is unavailable, and no problem tells the key", async () => {
  await using retell = startFakeRetell();
  const { url } = retell;
  await retell[Symbol.asyncDispose]();
  const client = new RetellClient({ baseUrl: url, apiKey: RETELL_KEY });
  assert.equal(await codeOf(client.listVoices()), "retell_unavailable");
  const error = await client.listVoices().catch((thrown: unknown) => thrown);
  assert.ok(!Deno.inspect(error).includes(RETELL_KEY));
});
