import { at, operation } from "#shared/http/operation.ts";

/** What owners may ask of their menus. */
export const menuOperations = {
  create: at(
    "post",
    "/menus",
    operation("ivr.menus.create", { user: "ivr:write" }, {
      problems: ["validation_failed", "conflict", "idempotency_key_reused", "request_in_progress"],
    }),
  ),
  list: at(
    "get",
    "/menus",
    operation("ivr.menus.list", { user: "ivr:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/menus/{id}",
    operation("ivr.menus.get", { user: "ivr:read" }, { problems: ["not_found"] }),
  ),
  update: at(
    "patch",
    "/menus/{id}",
    operation("ivr.menus.update", { user: "ivr:write" }, {
      problems: ["not_found", "validation_failed", "conflict"],
    }),
  ),
  delete: at(
    "delete",
    "/menus/{id}",
    operation("ivr.menus.delete", { user: "ivr:write" }, { problems: ["not_found", "conflict"] }),
  ),
  publish: at(
    "post",
    "/menus/{id}/publish",
    operation("ivr.menus.publish", { user: "ivr:write" }, {
      problems: ["not_found", "invalid_menu", "conflict", "validation_failed"],
    }),
  ),
  versionsList: at(
    "get",
    "/menus/{id}/versions",
    operation("ivr.menus.versions.list", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  versionsGet: at(
    "get",
    "/menus/{id}/versions/{version}",
    operation("ivr.menus.versions.get", { user: "ivr:read" }, { problems: ["not_found"] }),
  ),
  versionsRollback: at(
    "post",
    "/menus/{id}/versions/{version}/rollback",
    operation("ivr.menus.versions.rollback", { user: "ivr:write" }, { problems: ["not_found"] }),
  ),
  versionsDiff: at(
    "get",
    "/menus/{id}/versions/{version}/diff",
    operation("ivr.menus.versions.diff", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed", "invalid_menu"],
    }),
  ),
  graph: at(
    "get",
    "/menus/{id}/graph",
    operation("ivr.menus.graph", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed", "invalid_menu"],
    }),
  ),
  picture: at(
    "get",
    "/menus/{id}/graph.svg",
    operation("ivr.menus.picture", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed", "invalid_menu"],
    }),
  ),
  simulate: at(
    "post",
    "/menus/{id}/simulate",
    operation("ivr.menus.simulate", { user: "ivr:read" }, {
      problems: ["not_found", "menu_not_published", "invalid_menu", "validation_failed"],
    }),
  ),
  stats: at(
    "get",
    "/menus/{id}/stats",
    operation("ivr.menus.stats", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
};
