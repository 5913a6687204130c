import assert from "node:assert/strict";
import { sign } from "retell-sdk";
import { z } from "zod";
import { ask, type Scene } from "../scene.ts";

const KEY = "key_of_the_rehearsal";

const stored = z.object({ webhook_url: z.url() });

/** Retell tells of a call, signed as Retell signs; what is signed otherwise is refused. */
export const retell: Scene = {
  name: "a callback",
  loopback: false,
  async play({ url, userToken }) {
    const { webhook_url } = stored.parse(
      await ask(url, "/retell/config", {
        method: "PUT",
        headers: { authorization: `Bearer ${userToken}` },
        json: { api_key: KEY },
        status: 200,
      }),
    );
    const body = JSON.stringify({
      event: "call_started",
      call: {
        call_id: `call_${crypto.randomUUID()}`,
        call_type: "phone_call",
        agent_id: "agent_1",
        call_status: "ongoing",
        direction: "inbound",
        from_number: "+15550100199",
        to_number: "+15550100100",
        start_timestamp: Date.now(),
      },
    });
    assert.equal(await tell(webhook_url, body, KEY), 204);
    assert.equal(await tell(webhook_url, body, "another key"), 401);
  },
};

async function tell(url: string, body: string, key: string): Promise<number> {
  const headers = {
    "content-type": "application/json",
    "x-retell-signature": await sign(body, key),
  };
  const response = await fetch(url, { method: "POST", headers, body });
  await response.body?.cancel();
  return response.status;
}
