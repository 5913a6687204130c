import { at, operation } from "#shared/http/operation.ts";

/** What owners may ask of all their calls, and what cron asks of recordings. */
export const callOperations = {
  transferRulesGet: at(
    "get",
    "/transfer-rules",
    operation("ivr.transfer-rules.get", { user: "ivr:read" }),
  ),
  transferRulesSet: at(
    "put",
    "/transfer-rules",
    operation("ivr.transfer-rules.set", { user: "ivr:write" }, {
      problems: ["validation_failed"],
    }),
  ),
  recordingsCopy: at(
    "post",
    "/recordings/copy",
    operation("ivr.recordings.copy", "cron", {
      problems: ["not_configured", "database_unavailable"],
    }),
  ),
};
