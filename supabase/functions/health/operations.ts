import { at, operation } from "#shared/http/operation.ts";

/** What may be asked of the health of a deployment, and by whom. */
export const operations = {
  live: at("get", "/", operation("health.live", "public")),
  ready: at("get", "/ready", operation("health.ready", "public", { problems: ["not_ready"] })),
  schema: at(
    "get",
    "/schema",
    operation("health.schema", "operator", {
      problems: ["database_unavailable", "database_behind"],
    }),
  ),
};
