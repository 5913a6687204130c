import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** Where tenants want their events sent, the events, and what became of them. */
export const app = createApp("webhooks", [
  // Before the routes with an id, which would take these names for one.
  lazily(
    [operations.eventTypes],
    async () => (await import("./routes/event_types.ts")).addEventTypeRoute,
  ),
  lazily(
    [operations.eventsPublish],
    async () => (await import("./routes/publish.ts")).addPublishRoute,
  ),
  lazily([operations.eventsList], async () => (await import("./routes/events.ts")).addEventRoute),
  lazily([operations.limitsSet], async () => (await import("./routes/limits.ts")).addLimitRoute),
  lazily(
    [operations.deliveriesResend],
    async () => (await import("./routes/resend.ts")).addResendRoute,
  ),
  lazily([operations.create], async () => (await import("./routes/create.ts")).addCreateRoute),
  lazily([operations.list], async () => (await import("./routes/list.ts")).addListRoute),
  lazily(
    [operations.get, operations.update, operations.delete],
    async () => (await import("./routes/webhooks.ts")).addWebhookRoutes,
  ),
  lazily(
    [operations.rotateSecret],
    async () => (await import("./routes/rotate.ts")).addRotateRoute,
  ),
  lazily([operations.test], async () => (await import("./routes/ping.ts")).addPingRoute),
  lazily([operations.logs], async () => (await import("./routes/logs.ts")).addLogRoute),
  lazily(
    [operations.replaysStart, operations.replaysGet, operations.replaysCancel],
    async () => (await import("./routes/replays.ts")).addReplayRoutes,
  ),
]);
