import { at, operation } from "#shared/http/operation.ts";

/** What cron asks of the worker of long jobs. */
export const operations = {
  run: at("post", "/", operation("maintenance.run", "cron")),
};
