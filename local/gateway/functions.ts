import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { log } from "#shared/log.ts";
import { LocalFailure } from "../failure.ts";
import { type RawUrl, withUrl } from "#shared/http/raw_url.ts";
import { jsonReply, notFound } from "./reply.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** The functions by their names. */
export type Functions = ReadonlyMap<string, Handler>;

const functionModule = z.object({
  default: z.object({
    fetch: z.custom<Handler>((value) => typeof value === "function", "must be a function"),
  }),
});

/**
 * Loads every folder that has an `index.ts`, as the deploy takes them.
 *
 * @throws {LocalFailure} if one does not export `default { fetch }`.
 */
export async function loadFunctions(folder: string): Promise<Functions> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && await isFile(join(folder, entry.name, "index.ts"))) {
      names.push(entry.name);
    }
  }
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await load(folder, name)] as const)),
  );
}

async function load(folder: string, name: string): Promise<Handler> {
  const module: unknown = await import(pathToFileURL(join(folder, name, "index.ts")).href);
  const parsed = functionModule.safeParse(module);
  if (!parsed.success) {
    throw new LocalFailure(
      `supabase/functions/${name}/index.ts does not export default { fetch }`,
    );
  }
  const app = parsed.data.default;
  return (request) => app.fetch(request);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** Calls the function that a path of the form `/functions/v1/<name>/…` names. */
export async function callFunction(
  functions: Functions,
  request: Request,
  { origin, path, query }: RawUrl,
): Promise<Response> {
  const [, rest = "", name = ""] = /^\/functions\/v1(\/([^/]+).*)$/.exec(path) ?? [];
  const handler = functions.get(name);
  if (handler === undefined) return notFound("No function has this name");
  try {
    return await handler(withUrl(request, origin + rest + query));
  } catch (cause) {
    log.error("function failed", { function: name, cause });
    return jsonReply(500, { code: "FUNCTION_FAILED", message: "The function failed" });
  }
}
