import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { callOperations } from "./operations/calls.ts";
import { connectionOperations } from "./operations/connections.ts";
import { menuOperations } from "./operations/menus.ts";
import { numberOperations } from "./operations/numbers.ts";
import { providerOperations } from "./operations/providers.ts";
import { sessionOperations } from "./operations/sessions.ts";

/** The IVR: callbacks of phone providers, and the routes with which owners set them up. */
export const app = createApp("ivr", [
  lazily(
    Object.values(providerOperations).flatMap((callbacks) => Object.values(callbacks)),
    async () => (await import("./routes/providers.ts")).addProviderRoutes,
  ),
  lazily(
    [connectionOperations.create],
    async () => (await import("./routes/create_connection.ts")).addCreateConnectionRoute,
  ),
  lazily(
    [connectionOperations.list],
    async () => (await import("./routes/list_connections.ts")).addListConnectionsRoute,
  ),
  lazily(
    [connectionOperations.get, connectionOperations.update, connectionOperations.delete],
    async () => (await import("./routes/connections.ts")).addConnectionRoutes,
  ),
  lazily(
    [connectionOperations.rotateSecret],
    async () => (await import("./routes/rotate_secret.ts")).addRotateSecretRoute,
  ),
  lazily(
    [connectionOperations.fallback],
    async () => (await import("./routes/fallback.ts")).addFallbackRoute,
  ),
  lazily(
    [numberOperations.create],
    async () => (await import("./routes/create_number.ts")).addCreateNumberRoute,
  ),
  lazily([
    numberOperations.list,
    numberOperations.get,
    numberOperations.update,
    numberOperations.delete,
  ], async () => (await import("./routes/numbers.ts")).addNumberRoutes),
  lazily(
    [callOperations.transferRulesGet, callOperations.transferRulesSet],
    async () => (await import("./routes/transfer_rules.ts")).addTransferRuleRoutes,
  ),
  lazily([
    menuOperations.create,
    menuOperations.list,
    menuOperations.get,
    menuOperations.update,
    menuOperations.delete,
  ], async () => (await import("./routes/menus.ts")).addMenuRoutes),
  lazily(
    [callOperations.recordingsCopy],
    async () => (await import("./routes/recordings.ts")).addRecordingRoutes,
  ),
  lazily(
    [menuOperations.publish],
    async () => (await import("./routes/menu_publication.ts")).addMenuPublicationRoute,
  ),
  lazily(
    [menuOperations.versionsList, menuOperations.versionsGet, menuOperations.versionsRollback],
    async () => (await import("./routes/menu_versions.ts")).addMenuVersionRoutes,
  ),
  lazily(
    [menuOperations.versionsDiff],
    async () => (await import("./routes/menu_diff.ts")).addMenuDiffRoute,
  ),
  lazily(
    [menuOperations.graph, menuOperations.picture],
    async () => (await import("./routes/menu_graph.ts")).addMenuGraphRoutes,
  ),
  lazily(
    [menuOperations.simulate],
    async () => (await import("./routes/simulate.ts")).addSimulateRoute,
  ),
  lazily([menuOperations.stats], async () => (await import("./routes/stats.ts")).addStatsRoute),
  lazily(
    [sessionOperations.list, sessionOperations.get],
    async () => (await import("./routes/sessions.ts")).addSessionRoutes,
  ),
  lazily([
    sessionOperations.start,
    sessionOperations.input,
    sessionOperations.back,
    sessionOperations.end,
  ], async () => (await import("./routes/app_sessions.ts")).addAppSessionRoutes),
]);
