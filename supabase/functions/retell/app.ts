import { createApp } from "#shared/http/app.ts";
import { addCheckRoute } from "./routes/check.ts";
import { addConfigRoutes } from "./routes/config.ts";
import { addListRoutes } from "./routes/lists.ts";
import { addSyncRoute } from "./routes/sync.ts";
import { addWebhookRoute } from "./routes/webhook.ts";

/** A user's account at Retell: its configuration, what it holds, and what it tells of calls. */
export const app = createApp("retell");

addConfigRoutes(app);
addCheckRoute(app);
addListRoutes(app);
addSyncRoute(app);
addWebhookRoute(app);
