import { App, studioRouteHandler } from "@supabase/lite";
import { Hono } from "hono";
import type { Connection } from "../lite/connection.ts";
import { quietly } from "../lite/quiet.ts";
import { sendFile } from "./send_file.ts";

/** A file of the Studio: `main-BnQ-v4V9.js` or so. */
const ASSET = /^[\w-]+\.(?:css|js|woff2)$/;

/**
 * The Studio that Lite ships, at `/`, and what it asks for: rows of every table, past row level
 * security. Whoever gets here must have been let in before.
 */
export function studio({ lite }: Connection): Hono {
  const api = new App({
    connection: lite,
    api: { schemas: ["public"] },
    // In admin mode requests without a key, which are all that the Studio sends, are service_role's.
    options: {
      server: {
        admin: true,
        disableStudio: true,
        apiKeys: { resolver: () => Promise.resolve(null) },
      },
    },
  });
  const ask = (request: Request) => quietly(() => api.fetch(request, { peerAddress: "127.0.0.1" }));
  const app = new Hono();
  app.get(
    "/static/favicon.ico",
    () => sendFile(import.meta.resolve("@supabase/lite/static/favicon.ico")),
  );
  app.get("/static/assets/:name", (c) => {
    const name = c.req.param("name");
    if (!ASSET.test(name)) return c.notFound();
    return sendFile(import.meta.resolve(`@supabase/lite/static/assets/${name}`));
  });
  app.get("/_system/*", (c) => ask(c.req.raw));
  app.all("/rest/v1/*", (c) => ask(c.req.raw));
  app.get("/*", (c) => studioRouteHandler(c.req.raw));
  return app;
}
