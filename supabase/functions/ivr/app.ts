import { createApp } from "#shared/http/app.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { addConnectionRoutes } from "./routes/connections.ts";
import { addMenuDiffRoute } from "./routes/menu_diff.ts";
import { addMenuGraphRoutes } from "./routes/menu_graph.ts";
import { addMenuPublicationRoute } from "./routes/menu_publication.ts";
import { addMenuRoutes } from "./routes/menus.ts";
import { addMenuVersionRoutes } from "./routes/menu_versions.ts";
import { addProviderRoutes } from "./routes/providers.ts";

/** The IVR: callbacks of phone providers, and the routes with which owners set them up. */
export const app = createApp("ivr");

for (const provider of Object.values(PROVIDERS)) addProviderRoutes(app, provider);
addConnectionRoutes(app);
addMenuRoutes(app);
addMenuPublicationRoute(app);
addMenuVersionRoutes(app);
addMenuDiffRoute(app);
addMenuGraphRoutes(app);
