import type { LiteApp } from "../lite/app.ts";
import type { StorageApp } from "../storage/app.ts";
import { callFunction, type Functions } from "./functions.ts";
import { isForProviders } from "./provider_paths.ts";
import { rawUrl } from "#shared/http/raw_url.ts";
import { notFound } from "./reply.ts";
import { guardToken } from "./token_guard.ts";

/** Answers a request as the platform's gateway in front of a project does. */
export type Gateway = (request: Request) => Promise<Response>;

/** What the gateway stands in front of. */
export interface Behind {
  readonly functions: Functions;
  readonly lite: LiteApp;
  readonly storage: StorageApp;
  readonly jwtSecret: string;
}

/** What Lite serves to anyone; its other routes are about Lite itself. */
const PLATFORM_API = /^\/(?:rest|auth|storage)\/v1(?:\/|$)/;

/** The gateway of a whole project. */
export function createGateway({ functions, lite, storage, jwtSecret }: Behind): Gateway {
  const secret = new TextEncoder().encode(jwtSecret);
  return async (request) => {
    const url = rawUrl(request.url);
    if (url.path.startsWith("/functions/v1/")) return await callFunction(functions, request, url);
    // The path that a parser makes of it must be the same: dots could lead out of what is served.
    if (!PLATFORM_API.test(url.path) || new URL(request.url).pathname !== url.path) {
      return notFound();
    }
    const refusal = await guardToken(request, secret);
    if (refusal !== undefined) return refusal;
    return await (url.path.startsWith("/storage/") ? storage : lite)(request);
  };
}

/** The same, for what phone providers may ask and nothing else. */
export function forProviders(gateway: Gateway): Gateway {
  return (request) =>
    isForProviders(request.method, rawUrl(request.url).path)
      ? gateway(request)
      : Promise.resolve(notFound());
}
