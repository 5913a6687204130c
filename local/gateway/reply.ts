/** A JSON reply of the gateway itself, readable by any origin. */
export function jsonReply(status: number, body: object, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set("access-control-allow-origin", "*");
  return Response.json(body, { status, headers: all });
}

/** The reply to a path that nothing is at. */
export function notFound(message = "Nothing is served at this path"): Response {
  return jsonReply(404, { code: "NOT_FOUND", message });
}
