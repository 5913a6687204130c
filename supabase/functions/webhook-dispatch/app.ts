import { createApp } from "#shared/http/app.ts";
import { addDispatchRoute } from "./routes/dispatch.ts";

/** The worker of the delivery queue, called by cron and after publishing. */
export const app = createApp("webhook-dispatch");

addDispatchRoute(app);
