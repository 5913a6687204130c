import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** The worker of long jobs, called by cron. */
export const app = createApp("maintenance", [
  lazily([operations.run], async () => (await import("./routes/run.ts")).addRunRoute),
]);
