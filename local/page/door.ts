import { timingSafeEqual } from "@std/crypto";
import { Hono, type MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** What a browser must not be let do with these pages, whatever comes to be shown in them. */
const POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  // Both pages set styles of elements while they run.
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data:",
  "font-src": "'self' data:",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};

/** Where a visitor may go from the printed links. */
const PLACES = ["/", "/api"];

/**
 * Stands in front of pages that anyone on this machine could otherwise open, and through their
 * browser every web site.
 *
 * A printed link holds the key, which is exchanged for a cookie; what follows must have the cookie,
 * come from these pages themselves, and be addressed to this machine by a name that no DNS server
 * can give to another.
 *
 * @param apiUrl what the pages may call beside themselves.
 */
export function guardPage(key: string, port: number, apiUrl: string): Hono {
  // Cookies of a host are those of all its ports.
  const cookie = `switchboard_page_${port}`;
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const app = new Hono();
  app.use(protect(apiUrl));
  app.use(async (c, next) => {
    if (!hosts.has(c.req.header("host") ?? "")) return c.text("Not this host", 403);
    return await next();
  });
  app.get("/open", (c) => {
    const to = c.req.query("to") ?? "";
    if (!isKey(c.req.query("key"), key) || !PLACES.includes(to)) return c.text(CLOSED, 403);
    setCookie(c, cookie, key, { httpOnly: true, sameSite: "Strict", path: "/" });
    // A redirect would still count as coming from wherever the link was, and get no cookie.
    return c.text("", 200, { refresh: `0;url=${to}` });
  });
  app.use(async (c, next) => {
    const from = c.req.header("sec-fetch-site") ?? "none";
    const origin = c.req.header("origin");
    const own = origin === undefined || hosts.has(origin.replace(/^http:\/\//, ""));
    if (!["same-origin", "none"].includes(from) || !own || !isKey(getCookie(c, cookie), key)) {
      return c.text(CLOSED, 403);
    }
    return await next();
  });
  return app;
}

const CLOSED = "Open this page by the link that `deno task start --with-page` printed.";

function protect(apiUrl: string): MiddlewareHandler {
  const policy = Object.entries({ ...POLICY, "connect-src": `'self' ${apiUrl}` })
    .map((directive) => directive.join(" ")).join("; ");
  return async (c, next) => {
    await next();
    c.header("content-security-policy", policy);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-opener-policy", "same-origin");
    c.header("cross-origin-resource-policy", "same-origin");
    c.header("cache-control", "no-store");
    // Lite answers any origin; here there is but one.
    c.res.headers.delete("access-control-allow-origin");
  };
}

function isKey(given: string | undefined, key: string): boolean {
  const [a, b] = [given ?? "", key].map((text) => new TextEncoder().encode(text));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}
