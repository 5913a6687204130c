import { Hono } from "hono";
import { html } from "hono/html";
import type { Functions } from "../gateway/functions.ts";
import { functionDocuments } from "../openapi/documents.ts";
import { mergeDocuments } from "../openapi/merge.ts";
import { sendFile } from "./send_file.ts";

/** The files of Swagger UI that the page loads. */
const ASSETS = new Set(["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]);

const PAGE = html`
  <!DOCTYPE html>
  <html lang="en">
    <head>
      <meta charset="utf-8">
      <title>Switchboard: API</title>
      <link rel="icon" href="/api/favicon-32x32.png">
      <link rel="stylesheet" href="/api/swagger-ui.css">
    </head>
    <body>
      <div id="page"></div>
      <script src="/api/swagger-ui-bundle.js"></script>
      <script src="/api/start.js"></script>
    </body>
  </html>
`;

/**
 * A page of the whole HTTP interface, at `/api`, on which operations can be tried. It knows no key
 * but those that its user enters, and forgets them with the tab.
 *
 * @param apiUrl where the functions of the running stack are, without `/functions/v1`.
 * @param files the `file:` URL of the folder of Swagger UI.
 */
export function apiPage(functions: Functions, apiUrl: string, files: string): Hono {
  const app = new Hono();
  app.get("/api", (c) => c.html(PAGE));
  app.get("/api/start.js", () => sendFile(import.meta.resolve("./browser/start.js")));
  app.get(
    "/api/openapi.json",
    async (c) =>
      c.json(mergeDocuments(await functionDocuments(functions), `${apiUrl}/functions/v1`)),
  );
  app.get("/api/:name", (c) => {
    const name = c.req.param("name");
    if (!ASSETS.has(name)) return c.notFound();
    return sendFile(`${files}${name}`);
  });
  return app;
}
