import { at, operation } from "#shared/http/operation.ts";

/** What cron asks of the worker of the queue. */
export const operations = {
  run: at("post", "/", operation("webhook-dispatch.run", "cron", { problems: ["not_configured"] })),
};
