import { type ApiKeyResolver, App } from "@supabase/lite";
import { z } from "zod";
import { log } from "#shared/log.ts";
import type { Secrets } from "../secrets.ts";
import type { Connection } from "./connection.ts";
import { quietly } from "./quiet.ts";

/** The platform's Data API and auth service, as Lite has them. */
export type LiteApp = (request: Request) => Promise<Response>;

/** Makes the API over a connection. Tokens must have been vetted before a request comes here. */
export function createLiteApp({ lite }: Connection, secrets: Secrets): LiteApp {
  const resolver = keyResolver(secrets);
  const app = new App({
    connection: lite,
    api: { schemas: ["public"] },
    auth: { enabled: true, jwt_secret: secrets.jwt_secret },
    // Admin mode would run requests without a key as service_role.
    options: { server: { admin: false, disableStudio: true, apiKeys: { resolver } } },
  });
  return async (request) => {
    // No address, so that whatever trusts the local machine does not trust this.
    const response = await quietly(() => app.fetch(request, { peerAddress: null }));
    if (response.status >= 500) await report(request, response.clone());
    return response;
  };
}

/** As on the platform, every secret key opens the Data API, whatever its name. */
function keyResolver({ publishable_key, secret_key, cron_key }: Secrets): ApiKeyResolver {
  return (key) => {
    switch (key) {
      case publishable_key:
        return Promise.resolve({ type: "publishable", claims: { role: "anon" } });
      case secret_key:
      case cron_key:
        return Promise.resolve({ type: "secret", claims: { role: "service_role" } });
      default:
        return Promise.resolve(null);
    }
  };
}

const failure = z.object({ code: z.string().optional() });

/** Lite's own message is kept from the terminal; this one has the code and no statement. */
async function report(request: Request, response: Response): Promise<void> {
  const { pathname } = new URL(request.url);
  const body = failure.catch({}).parse(await response.json().catch(() => ({})));
  log.warn("data api failed", {
    method: request.method,
    path: pathname,
    status: response.status,
    code: body.code,
  });
}
