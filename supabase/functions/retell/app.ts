import { createApp } from "#shared/http/app.ts";
import { addCheckRoute } from "./routes/check.ts";
import { addCallRoute } from "./routes/calls.ts";
import { addConfigRoutes } from "./routes/config.ts";
import { addHealthDataRoutes } from "./routes/health_data.ts";
import { addListRoutes } from "./routes/lists.ts";
import { addSyncRoute } from "./routes/sync.ts";
import { addWebhookRoute } from "./routes/webhook.ts";

/** A user's account at Retell: its configuration, what it holds, and what it tells of calls. */
export const app = createApp("retell");

addConfigRoutes(app);
addHealthDataRoutes(app);
addCallRoute(app);
addCheckRoute(app);
addListRoutes(app);
addSyncRoute(app);
addWebhookRoute(app);
