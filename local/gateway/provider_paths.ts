const UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

const CALLBACK = new RegExp(
  `^/functions/v1/(?:ivr/[a-z0-9]+/${UUID}/(?:voice|turn|status|recording)|retell/webhook/${UUID})$`,
);

/**
 * Whether a phone provider or Retell has any reason to ask for this. Only that much is offered through the
 * port that a tunnel opens to the world.
 */
export function isForProviders(method: string, path: string): boolean {
  return method === "POST"
    ? CALLBACK.test(path)
    : method === "GET" && path === "/functions/v1/health";
}
