import { ask, type Scene } from "../scene.ts";

/** Everything is in place, every secret and every migration. */
export const ready: Scene = {
  name: "readiness",
  loopback: false,
  async play({ url, secretKey }) {
    await ask(url, "/health/ready", { headers: { apikey: secretKey }, status: 200 });
  },
};
