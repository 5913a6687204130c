import { ask, type Scene } from "../scene.ts";

/** An endpoint on the platform's own machines is refused. */
export const guard: Scene = {
  name: "the guard",
  loopback: false,
  async play({ url, userToken }) {
    await ask(url, "/webhooks", {
      headers: { authorization: `Bearer ${userToken}` },
      json: { url: "http://127.0.0.1:8080/", events: ["*"] },
      status: 422,
    });
  },
};
