import assert from "node:assert/strict";
import { z } from "zod";
import { ask, type Scene } from "../scene.ts";

const made = z.object({ key: z.string() });
const verdict = z.object({ valid: z.boolean(), code: z.string() });

/** A key is made, verified by the operator, and acts for its owner. */
export const apiKey: Scene = {
  name: "a key",
  loopback: false,
  async play({ url, userToken, secretKey }) {
    const { key } = made.parse(
      await ask(url, "/api-keys", {
        headers: { authorization: `Bearer ${userToken}` },
        json: { name: "Rehearsal", scopes: ["api-keys:read"] },
        status: 201,
      }),
    );
    const { valid, code } = verdict.parse(
      await ask(url, "/api-keys/verify", {
        headers: { apikey: secretKey },
        json: { key },
        status: 200,
      }),
    );
    assert.ok(valid, code);
    // Under a token that the function signs itself.
    await ask(url, "/api-keys", { headers: { authorization: `Bearer ${key}` }, status: 200 });
  },
};
