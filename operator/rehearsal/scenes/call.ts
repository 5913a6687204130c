import assert from "node:assert/strict";
import { demonstrate } from "#local/start/demonstration.ts";
import type { Scene } from "../scene.ts";

/** The demonstration call, by a provider that signs as Twilio does. */
export const call: Scene = {
  name: "a call",
  loopback: false,
  async play({ url, demo }) {
    const { ok, error, ended_by } = await demonstrate({
      url,
      publicUrl: undefined,
      demo,
      write() {},
    });
    assert.ok(ok, error?.message ?? `It ended by ${ended_by}`);
  },
};
