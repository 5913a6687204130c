import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** What users may know and do about themselves: profile, consents, the trail, their data, leaving. */
export const app = createApp("account", [
  lazily(
    [operations.profileGet, operations.profileUpdate],
    async () => (await import("./routes/profile.ts")).addProfileRoutes,
  ),
  lazily(
    [operations.avatarSet, operations.avatarRemove],
    async () => (await import("./routes/avatar.ts")).addAvatarRoutes,
  ),
  lazily(
    [operations.consentsList, operations.consentsHistory, operations.consentsSet],
    async () => (await import("./routes/consents.ts")).addConsentRoutes,
  ),
  lazily([operations.audit], async () => (await import("./routes/audit.ts")).addAuditRoute),
  lazily(
    [operations.retentionList, operations.retentionSet],
    async () => (await import("./routes/retention.ts")).addRetentionRoutes,
  ),
  lazily(
    [operations.exportStart, operations.exportGet],
    async () => (await import("./routes/exports.ts")).addExportRoutes,
  ),
  lazily(
    [operations.delete, operations.deletionGet, operations.deletionCancel],
    async () => (await import("./routes/deletion.ts")).addDeletionRoutes,
  ),
]);
