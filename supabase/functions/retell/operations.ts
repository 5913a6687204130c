import type { ProblemCode } from "#shared/http/codes.ts";
import { at, operation } from "#shared/http/operation.ts";

/** How every route may fail that asks Retell. */
const RETELL_PROBLEMS = [
  "retell_not_configured",
  "retell_unauthorized",
  "retell_rate_limited",
  "retell_refused",
  "retell_bad_answer",
  "retell_unavailable",
  "retell_timeout",
  "not_configured",
] as const satisfies readonly ProblemCode[];

/** Transcripts come word by word with their times; those of an hour's call are a few megabytes. */
const WEBHOOK_LIMIT = 4 * 1024 * 1024;

/** What may be asked of an account at Retell, and by whom. */
export const operations = {
  configPut: at(
    "put",
    "/config",
    operation("retell.config.put", { user: "retell:write" }, {
      problems: ["validation_failed", "stale_write", "conflict"],
    }),
  ),
  configGet: at(
    "get",
    "/config",
    operation("retell.config.get", { user: "retell:read" }, { problems: ["not_found"] }),
  ),
  configDelete: at(
    "delete",
    "/config",
    operation("retell.config.delete", { user: "retell:write" }, {
      problems: ["validation_failed", "stale_write"],
    }),
  ),
  healthDataGet: at(
    "get",
    "/health-data",
    operation("retell.health-data.get", { user: "retell:read" }),
  ),
  healthDataPut: at(
    "put",
    "/health-data",
    operation("retell.health-data.put", { user: "retell:write" }, {
      limit: "tests",
      problems: ["validation_failed", "not_configured"],
    }),
  ),
  callsGet: at(
    "get",
    "/calls/{id}",
    operation("retell.calls.get", { user: "call-logs:read" }, {
      problems: ["not_found", "not_configured"],
    }),
  ),
  configCheck: at(
    "post",
    "/config/check",
    operation("retell.config.check", { user: "retell:write" }, {
      limit: "tests",
      problems: [...RETELL_PROBLEMS, "conflict"],
    }),
  ),
  agentsList: at("get", "/agents", listing("retell.agents.list")),
  phoneNumbersList: at("get", "/phone-numbers", listing("retell.phone-numbers.list")),
  voicesList: at("get", "/voices", listing("retell.voices.list")),
  sync: at(
    "post",
    "/sync",
    operation("retell.sync", { user: "retell:write" }, {
      limit: "tests",
      problems: [...RETELL_PROBLEMS, "validation_failed", "not_ready"],
    }),
  ),
  webhook: at(
    "post",
    "/webhook/{hook_id}",
    operation("retell.webhook", "retell", {
      bodyLimit: WEBHOOK_LIMIT,
      problems: [
        "not_found",
        "validation_failed",
        "conflict",
        "payload_too_large",
        "not_configured",
        "not_ready",
        "database_unavailable",
      ],
    }),
  ),
};

/** One of the lists that Retell keeps. */
function listing(name: string) {
  return operation(name, { user: "retell:read" }, {
    problems: [...RETELL_PROBLEMS, "validation_failed"],
  });
}
