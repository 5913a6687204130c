import { at, operation } from "#shared/http/operation.ts";

/** What may be asked of keys, and by whom. */
export const operations = {
  verify: at(
    "post",
    "/verify",
    operation("api-keys.verify", { userOrOperator: "api-keys:read" }, { limit: "verify" }),
  ),
  leaked: at(
    "post",
    "/leaks",
    operation("api-keys.leaked", "scanner", {
      bodyLimit: 1024 * 1024,
      problems: ["validation_failed"],
    }),
  ),
  create: at(
    "post",
    "/",
    operation("api-keys.create", { user: "api-keys:write" }, {
      problems: ["validation_failed", "idempotency_key_reused", "request_in_progress"],
    }),
  ),
  list: at(
    "get",
    "/",
    operation("api-keys.list", { user: "api-keys:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/{id}",
    operation("api-keys.get", { user: "api-keys:read" }, { problems: ["not_found"] }),
  ),
  update: at(
    "patch",
    "/{id}",
    operation("api-keys.update", { user: "api-keys:write" }, {
      problems: ["not_found", "key_revoked", "validation_failed"],
    }),
  ),
  revoke: at(
    "post",
    "/{id}/revoke",
    operation("api-keys.revoke", { user: "api-keys:write" }, { problems: ["not_found"] }),
  ),
  delete: at(
    "delete",
    "/{id}",
    operation("api-keys.delete", { user: "api-keys:write" }, { problems: ["not_found"] }),
  ),
  rotate: at(
    "post",
    "/{id}/rotate",
    operation("api-keys.rotate", { user: "api-keys:write" }, {
      problems: ["not_found", "key_revoked", "key_expired", "validation_failed"],
    }),
  ),
  usage: at(
    "get",
    "/{id}/usage",
    operation("api-keys.usage", { user: "api-keys:read" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
};
