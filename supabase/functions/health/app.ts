import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** Health: whether the functions run, could do their work, and find the schema that they need. */
export const app = createApp("health", [
  lazily([operations.live], async () => (await import("./routes/live.ts")).addLiveRoute),
  lazily([operations.ready], async () => (await import("./routes/ready.ts")).addReadyRoute),
  lazily([operations.schema], async () => (await import("./routes/schema.ts")).addSchemaRoute),
]);
