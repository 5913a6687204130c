import { at, operation } from "#shared/http/operation.ts";

/** What owners may ask of their phone numbers. */
export const numberOperations = {
  create: at(
    "post",
    "/numbers",
    operation("ivr.numbers.create", { user: "ivr:write" }, {
      problems: ["conflict", "validation_failed", "idempotency_key_reused", "request_in_progress"],
    }),
  ),
  list: at(
    "get",
    "/numbers",
    operation("ivr.numbers.list", { user: "ivr:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/numbers/{id}",
    operation("ivr.numbers.get", { user: "ivr:read" }, { problems: ["not_found"] }),
  ),
  update: at(
    "patch",
    "/numbers/{id}",
    operation("ivr.numbers.update", { user: "ivr:write" }, {
      problems: ["not_found", "conflict", "validation_failed"],
    }),
  ),
  delete: at(
    "delete",
    "/numbers/{id}",
    operation("ivr.numbers.delete", { user: "ivr:write" }, { problems: ["not_found"] }),
  ),
};
