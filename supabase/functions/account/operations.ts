import { at, operation } from "#shared/http/operation.ts";

/** As the bucket has it, in bytes. */
const AVATAR_LIMIT = 2 * 1024 * 1024;

/** What users may ask of their own account. */
export const operations = {
  profileGet: at(
    "get",
    "/profile",
    operation("account.profile.get", { user: "account:read" }, { problems: ["not_found"] }),
  ),
  profileUpdate: at(
    "patch",
    "/profile",
    operation("account.profile.update", { user: "account:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  avatarSet: at(
    "put",
    "/avatar",
    operation("account.avatar.set", { user: "account:write" }, {
      bodyLimit: AVATAR_LIMIT,
      problems: ["unsupported_media_type", "payload_too_large", "storage_unavailable"],
    }),
  ),
  avatarRemove: at(
    "delete",
    "/avatar",
    operation("account.avatar.remove", { user: "account:write" }, {
      problems: ["storage_unavailable"],
    }),
  ),
  consentsList: at(
    "get",
    "/consents",
    operation("account.consents.list", { user: "account:read" }),
  ),
  consentsHistory: at(
    "get",
    "/consents/history",
    operation("account.consents.history", { user: "account:read" }, {
      problems: ["validation_failed"],
    }),
  ),
  consentsSet: at(
    "put",
    "/consents/{purpose}",
    operation("account.consents.set", { user: "account:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  audit: at(
    "get",
    "/audit",
    operation("account.audit", { user: "account:read" }, { problems: ["validation_failed"] }),
  ),
  retentionList: at(
    "get",
    "/retention",
    operation("account.retention.list", { user: "account:read" }),
  ),
  retentionSet: at(
    "put",
    "/retention/{policy}",
    operation("account.retention.set", { user: "account:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  exportStart: at(
    "post",
    "/export",
    operation("account.export.start", { user: "account:write" }, {
      limit: "account",
      problems: ["conflict", "idempotency_key_reused", "request_in_progress"],
    }),
  ),
  exportGet: at(
    "get",
    "/exports/{id}",
    operation("account.export.get", { user: "account:read" }, {
      problems: ["not_found", "storage_unavailable"],
    }),
  ),
  delete: at(
    "delete",
    "/",
    operation("account.delete", { user: "account:write" }, {
      limit: "account",
      problems: ["reauthentication_required", "sign_in_unavailable", "validation_failed"],
    }),
  ),
  deletionGet: at("get", "/deletion", operation("account.deletion.get", { user: "account:read" })),
  deletionCancel: at(
    "delete",
    "/deletion",
    operation("account.deletion.cancel", { user: "account:write" }, { problems: ["conflict"] }),
  ),
};
