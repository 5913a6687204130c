import { createApp } from "#shared/http/app.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { addConnectionRoutes } from "./routes/connections.ts";
import { addMenuRoutes } from "./routes/menus.ts";
import { addProviderRoutes } from "./routes/providers.ts";
import { addRecordingRoutes } from "./routes/recordings.ts";

/** The IVR: callbacks of phone providers, and the routes with which owners set them up. */
export const app = createApp("ivr");

for (const provider of Object.values(PROVIDERS)) addProviderRoutes(app, provider);
addConnectionRoutes(app);
addMenuRoutes(app);
addRecordingRoutes(app);
