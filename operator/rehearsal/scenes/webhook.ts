import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { ask, type Scene } from "../scene.ts";

const made = z.object({ id: z.string(), secret: z.string() });
const delivered = z.object({ type: z.string(), data: z.object({ order_id: z.string() }) });

/** How long a delivery may take that is sent at once, in milliseconds. */
const PATIENCE_MS = 10_000;

/** What a receiver got. */
interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An event is published over HTTP and reaches an endpoint at once, signed. */
export const webhook: Scene = {
  name: "a delivery",
  loopback: true,
  async play({ url, userToken }) {
    const { promise: received, resolve, reject } = Promise.withResolvers<Received>();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        resolve({ headers: Object.fromEntries(request.headers), body: await request.text() });
        return new Response();
      },
    );
    const headers = { authorization: `Bearer ${userToken}` };
    const { id, secret } = made.parse(
      await ask(url, "/webhooks", {
        headers,
        json: { url: `http://127.0.0.1:${server.addr.port}/`, events: ["custom.rehearsal"] },
        status: 201,
      }),
    );
    const timer = setTimeout(() => reject(new Error("Nothing was delivered")), PATIENCE_MS);
    try {
      await ask(url, "/webhooks/events", {
        headers,
        json: { type: "custom.rehearsal", data: { order_id: "8f3c" } },
        status: 202,
      });
      const { headers: signature, body } = await received;
      const event = delivered.parse(new Webhook(secret).verify(body, signature));
      assert.deepEqual(event, { type: "custom.rehearsal", data: { order_id: "8f3c" } });
    } finally {
      clearTimeout(timer);
      // The next version is rehearsed over the same database.
      await ask(url, `/webhooks/${id}`, { method: "DELETE", headers, status: 204 });
    }
  },
};
