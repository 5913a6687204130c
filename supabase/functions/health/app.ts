import { createApp } from "#shared/http/app.ts";
import { addLiveRoute } from "./routes/live.ts";
import { addReadyRoute } from "./routes/ready.ts";

/** Health: whether the functions run, and whether they could do their work. */
export const app = createApp("health");

addLiveRoute(app);
addReadyRoute(app);
