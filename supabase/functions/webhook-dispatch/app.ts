import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** The worker of the delivery queue, called by cron and after publishing. */
export const app = createApp("webhook-dispatch", [
  lazily([operations.run], async () => (await import("./routes/dispatch.ts")).addDispatchRoute),
]);
