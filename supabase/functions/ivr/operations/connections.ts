import { at, operation } from "#shared/http/operation.ts";

/** What owners may ask of their connections to phone providers. */
export const connectionOperations = {
  create: at(
    "post",
    "/connections",
    operation("ivr.connections.create", { user: "ivr:write" }, {
      problems: ["validation_failed", "idempotency_key_reused", "request_in_progress"],
    }),
  ),
  list: at(
    "get",
    "/connections",
    operation("ivr.connections.list", { user: "ivr:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/connections/{id}",
    operation("ivr.connections.get", { user: "ivr:read" }, { problems: ["not_found"] }),
  ),
  update: at(
    "patch",
    "/connections/{id}",
    operation("ivr.connections.update", { user: "ivr:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  delete: at(
    "delete",
    "/connections/{id}",
    operation("ivr.connections.delete", { user: "ivr:write" }, { problems: ["not_found"] }),
  ),
  rotateSecret: at(
    "post",
    "/connections/{id}/rotate-secret",
    operation("ivr.connections.rotate-secret", { user: "ivr:write" }, {
      problems: ["not_found", "conflict", "validation_failed"],
    }),
  ),
  fallback: at(
    "get",
    "/connections/{id}/fallback",
    operation("ivr.connections.fallback", { user: "ivr:read" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
};
