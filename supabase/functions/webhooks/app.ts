import { createApp } from "#shared/http/app.ts";
import { addCreateRoute } from "./routes/create.ts";
import { addEventRoute } from "./routes/events.ts";
import { addEventTypeRoute } from "./routes/event_types.ts";
import { addLimitRoute } from "./routes/limits.ts";
import { addListRoute } from "./routes/list.ts";
import { addLogRoute } from "./routes/logs.ts";
import { addPingRoute } from "./routes/ping.ts";
import { addPublishRoute } from "./routes/publish.ts";
import { addReplayRoutes } from "./routes/replays.ts";
import { addResendRoute } from "./routes/resend.ts";
import { addRotateRoute } from "./routes/rotate.ts";
import { addWebhookRoutes } from "./routes/webhooks.ts";

/** Where tenants want their events sent, the events, and what became of them. */
export const app = createApp("webhooks");

// Before the routes with an id, which would take these names for one.
addEventTypeRoute(app);
addPublishRoute(app);
addEventRoute(app);
addLimitRoute(app);
addResendRoute(app);
addCreateRoute(app);
addListRoute(app);
addWebhookRoutes(app);
addRotateRoute(app);
addPingRoute(app);
addLogRoute(app);
addReplayRoutes(app);
