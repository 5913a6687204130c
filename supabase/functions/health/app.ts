import { createApp } from "#shared/http/app.ts";
import { addLiveRoute } from "./routes/live.ts";
import { addReadyRoute } from "./routes/ready.ts";
import { addSchemaRoute } from "./routes/schema.ts";

/** Health: whether the functions run, could do their work, and find the schema that they need. */
export const app = createApp("health");

addLiveRoute(app);
addReadyRoute(app);
addSchemaRoute(app);
