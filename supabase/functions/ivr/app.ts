import { createApp } from "#shared/http/app.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { addConnectionRoutes } from "./routes/connections.ts";
import { addCreateConnectionRoute } from "./routes/create_connection.ts";
import { addCreateNumberRoute } from "./routes/create_number.ts";
import { addFallbackRoute } from "./routes/fallback.ts";
import { addListConnectionsRoute } from "./routes/list_connections.ts";
import { addNumberRoutes } from "./routes/numbers.ts";
import { addMenuDiffRoute } from "./routes/menu_diff.ts";
import { addMenuGraphRoutes } from "./routes/menu_graph.ts";
import { addMenuPublicationRoute } from "./routes/menu_publication.ts";
import { addMenuRoutes } from "./routes/menus.ts";
import { addMenuVersionRoutes } from "./routes/menu_versions.ts";
import { addProviderRoutes } from "./routes/providers.ts";
import { addRotateSecretRoute } from "./routes/rotate_secret.ts";
import { addTransferRuleRoutes } from "./routes/transfer_rules.ts";
import { addRecordingRoutes } from "./routes/recordings.ts";

/** The IVR: callbacks of phone providers, and the routes with which owners set them up. */
export const app = createApp("ivr");

for (const provider of Object.values(PROVIDERS)) addProviderRoutes(app, provider);
addCreateConnectionRoute(app);
addListConnectionsRoute(app);
addConnectionRoutes(app);
addRotateSecretRoute(app);
addFallbackRoute(app);
addCreateNumberRoute(app);
addNumberRoutes(app);
addTransferRuleRoutes(app);
addMenuRoutes(app);
addRecordingRoutes(app);
addMenuPublicationRoute(app);
addMenuVersionRoutes(app);
addMenuDiffRoute(app);
addMenuGraphRoutes(app);
