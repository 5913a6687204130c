import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** A user's account at Retell: its configuration, what it holds, and what it tells of calls. */
export const app = createApp("retell", [
  lazily(
    [operations.configPut, operations.configGet, operations.configDelete],
    async () => (await import("./routes/config.ts")).addConfigRoutes,
  ),
  lazily(
    [operations.healthDataGet, operations.healthDataPut],
    async () => (await import("./routes/health_data.ts")).addHealthDataRoutes,
  ),
  lazily([operations.callsGet], async () => (await import("./routes/calls.ts")).addCallRoute),
  lazily([operations.configCheck], async () => (await import("./routes/check.ts")).addCheckRoute),
  lazily(
    [operations.agentsList, operations.phoneNumbersList, operations.voicesList],
    async () => (await import("./routes/lists.ts")).addListRoutes,
  ),
  lazily([operations.sync], async () => (await import("./routes/sync.ts")).addSyncRoute),
  lazily([operations.webhook], async () => (await import("./routes/webhook.ts")).addWebhookRoute),
]);
