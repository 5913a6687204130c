import { createApp } from "#shared/http/app.ts";
import { addRunRoute } from "./routes/run.ts";

/** The worker of long jobs, called by cron. */
export const app = createApp("maintenance");

addRunRoute(app);
