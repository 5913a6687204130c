import { at, operation } from "#shared/http/operation.ts";

/** Room for spaces and escapes that the stored body does without: its own limit names the field. */
const EVENT_LIMIT = 1024 * 1024;

/** What may be asked of endpoints and their events, and by whom. */
export const operations = {
  eventTypes: at("get", "/event-types", operation("webhooks.event-types", { user: "events:read" })),
  eventsPublish: at(
    "post",
    "/events",
    operation("webhooks.events.publish", { user: "events:write" }, {
      bodyLimit: EVENT_LIMIT,
      problems: [
        "validation_failed",
        "payload_too_large",
        "idempotency_key_reused",
        "not_configured",
      ],
    }),
  ),
  eventsList: at(
    "get",
    "/events",
    operation("webhooks.events.list", { user: "events:read" }, {
      problems: ["validation_failed", "not_configured"],
    }),
  ),
  limitsSet: at(
    "put",
    "/limits/{user_id}",
    operation("webhooks.limits.set", "operator", { problems: ["not_found", "validation_failed"] }),
  ),
  deliveriesResend: at(
    "post",
    "/deliveries/{id}/resend",
    operation("webhooks.deliveries.resend", { user: "webhooks:write" }, {
      problems: ["not_found", "conflict"],
    }),
  ),
  create: at(
    "post",
    "/",
    operation("webhooks.create", { user: "webhooks:write" }, {
      problems: [
        "validation_failed",
        "endpoint_limit",
        "idempotency_key_reused",
        "request_in_progress",
      ],
    }),
  ),
  list: at(
    "get",
    "/",
    operation("webhooks.list", { user: "webhooks:read" }, { problems: ["validation_failed"] }),
  ),
  get: at(
    "get",
    "/{id}",
    operation("webhooks.get", { user: "webhooks:read" }, { problems: ["not_found"] }),
  ),
  update: at(
    "patch",
    "/{id}",
    operation("webhooks.update", { user: "webhooks:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  delete: at(
    "delete",
    "/{id}",
    operation("webhooks.delete", { user: "webhooks:write" }, { problems: ["not_found"] }),
  ),
  rotateSecret: at(
    "post",
    "/{id}/rotate-secret",
    operation("webhooks.rotate-secret", { user: "webhooks:write" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  test: at(
    "post",
    "/{id}/test",
    operation("webhooks.test", { user: "webhooks:write" }, {
      limit: "tests",
      problems: ["not_found", "conflict"],
    }),
  ),
  logs: at(
    "get",
    "/{id}/logs",
    operation("webhooks.logs", { user: "webhooks:read" }, {
      problems: ["not_found", "validation_failed"],
    }),
  ),
  replaysStart: at(
    "post",
    "/{id}/replay",
    operation("webhooks.replays.start", { user: "webhooks:write" }, {
      problems: ["not_found", "conflict", "validation_failed"],
    }),
  ),
  replaysGet: at(
    "get",
    "/{id}/replays/{replay_id}",
    operation("webhooks.replays.get", { user: "webhooks:read" }, { problems: ["not_found"] }),
  ),
  replaysCancel: at(
    "delete",
    "/{id}/replays/{replay_id}",
    operation("webhooks.replays.cancel", { user: "webhooks:write" }, { problems: ["not_found"] }),
  ),
};
