import { at, operation } from "#shared/http/operation.ts";

const TURN_PROBLEMS = ["not_found", "conflict", "session_ended", "validation_failed"] as const;

/** What owners may ask of calls, and what apps do that drive a session themselves. */
export const sessionOperations = {
  list: at(
    "get",
    "/sessions",
    operation("ivr.sessions.list", { user: "ivr:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/sessions/{id}",
    operation("ivr.sessions.get", { user: "ivr:read" }, { problems: ["not_found"] }),
  ),
  start: at(
    "post",
    "/sessions",
    operation("ivr.sessions.start", { user: "ivr:write" }, {
      problems: [
        "not_found",
        "menu_not_published",
        "conflict",
        "validation_failed",
        "idempotency_key_reused",
        "request_in_progress",
      ],
    }),
  ),
  input: at(
    "post",
    "/sessions/{id}/input",
    operation("ivr.sessions.input", { user: "ivr:write" }, { problems: TURN_PROBLEMS }),
  ),
  back: at(
    "post",
    "/sessions/{id}/back",
    operation("ivr.sessions.back", { user: "ivr:write" }, { problems: TURN_PROBLEMS }),
  ),
  end: at(
    "post",
    "/sessions/{id}/end",
    operation("ivr.sessions.end", { user: "ivr:write" }, {
      problems: ["not_found", "conflict", "validation_failed"],
    }),
  ),
};
