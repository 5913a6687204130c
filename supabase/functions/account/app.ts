import { createApp } from "#shared/http/app.ts";
import { addAuditRoute } from "./routes/audit.ts";
import { addAvatarRoutes } from "./routes/avatar.ts";
import { addConsentRoutes } from "./routes/consents.ts";
import { addDeletionRoutes } from "./routes/deletion.ts";
import { addExportRoutes } from "./routes/exports.ts";
import { addProfileRoutes } from "./routes/profile.ts";
import { addRetentionRoutes } from "./routes/retention.ts";

/** What users may know and do about themselves: profile, consents, the trail, their data, leaving. */
export const app = createApp("account");

addProfileRoutes(app);
addAvatarRoutes(app);
addConsentRoutes(app);
addAuditRoute(app);
addRetentionRoutes(app);
addExportRoutes(app);
addDeletionRoutes(app);
