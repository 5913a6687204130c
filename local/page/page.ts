import { randomText } from "../secrets.ts";
import type { Functions } from "../gateway/functions.ts";
import type { Connection } from "../lite/connection.ts";
import { apiPage } from "./api.ts";
import { guardPage } from "./door.ts";
import { studio } from "./studio.ts";
import { swaggerFiles } from "./swagger_files.ts";

/** What people look at a running stack with. */
export interface Page {
  /** Opens the Studio in a browser; holds a key. */
  readonly studioLink: string;
  /** Opens the page of the HTTP interface; holds a key. */
  readonly apiLink: string;
  fetch(request: Request): Promise<Response>;
}

/** What the pages are about, and where. */
export interface PageOptions {
  readonly connection: Connection;
  readonly functions: Functions;
  /** Where the whole API is. */
  readonly apiUrl: string;
  /** Where the pages are. */
  readonly url: string;
  readonly port: number;
}

/**
 * Makes the Studio and the page of the API, for whoever has one of their links.
 *
 * @throws {LocalFailure} where the files of the page can be neither downloaded nor found.
 */
export async function createPage(options: PageOptions): Promise<Page> {
  const { connection, functions, apiUrl, url, port } = options;
  const key = randomText(24);
  const app = guardPage(key, port, apiUrl);
  app.route("/", apiPage(functions, apiUrl, await swaggerFiles()));
  app.route("/", studio(connection));
  const link = (to: string) => `${url}/open?${new URLSearchParams({ key, to })}`;
  return {
    studioLink: link("/"),
    apiLink: link("/api"),
    fetch: async (request) => await app.fetch(request),
  };
}
