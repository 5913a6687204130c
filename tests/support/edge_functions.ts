import type { Hono } from "hono";
import { z } from "zod";
import { type ListedRoute, listRoutes } from "#shared/http/operation.ts";

/** Where the functions are. */
export const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

const appModule = z.object({
  app: z.custom<Hono>((value) => value instanceof Object && "fetch" in value && "routes" in value),
});

/** A function with everything that it answers to. */
export interface EdgeFunction {
  readonly name: string;
  readonly app: Hono;
  readonly routes: readonly ListedRoute[];
}

/** Every function there is, found in its folder, so that a new one cannot be forgotten. */
export async function edgeFunctions(): Promise<EdgeFunction[]> {
  const found: EdgeFunction[] = [];
  for await (const { name, isDirectory } of Deno.readDir(FUNCTIONS)) {
    if (!isDirectory) continue;
    const { app } = appModule.parse(await import(new URL(`${name}/app.ts`, FUNCTIONS).href));
    found.push({ name, app, routes: listRoutes(app) });
  }
  return found;
}

/** A path with an id in the place of each parameter: credentials are refused before ids are. */
export function filledIn(path: string): string {
  return path.replace(/:\w+/g, "7d3b8f0e-57f1-4a53-8d1c-2d0f3c1b7a10");
}
