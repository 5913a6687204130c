import assert from "node:assert/strict";
import { guardPage } from "#local/page/door.ts";

const KEY = "k".repeat(32);
const API = "http://127.0.0.1:54321";
const OPEN = `/open?key=${KEY}&to=/api`;

const app = guardPage(KEY, 54323, API);
app.get("/*", (c) => c.text("inside", 200, { "access-control-allow-origin": "*" }));
app.post("/*", (c) => c.text("written"));

function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  const all = { host: "127.0.0.1:54323", ...headers };
  return app.request(`http://127.0.0.1:54323${path}`, { method, headers: all });
}

/** The cookie that the printed link leads to. */
async function cookie(): Promise<string> {
  const [pair = ""] = (await ask(OPEN)).headers.get("set-cookie")?.split(";") ?? [];
  return pair;
}

Deno.test("the printed link gives its cookie, which no script reads, and goes on to the page", async () => {
  // As of a link in a web page, such as an editor in the browser.
  const response = await ask(OPEN, { "sec-fetch-site": "cross-site" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("refresh"), "0;url=/api");
  assert.equal(
    response.headers.get("set-cookie"),
    `switchboard_page_54323=${KEY}; Path=/; HttpOnly; SameSite=Strict`,
  );
  const inside = await ask("/api", { cookie: await cookie() });
  assert.deepEqual([inside.status, await inside.text()], [200, "inside"]);
});

Deno.test("nobody gets in without the key, or further than the pages with it", async () => {
  const paths = ["/", "/api", "/rest/v1/webhooks", "/_system/info", "/static/assets/main.js"];
  for (const path of paths) assert.equal((await ask(path)).status, 403, path);
  assert.equal((await ask("/", { cookie: "switchboard_page_54323=wrong" })).status, 403);
  for (const query of ["", "?to=/api", `?key=${KEY}`, "?key=k&to=/api", `?key=${KEY}x&to=/api`]) {
    assert.equal((await ask(`/open${query}`)).status, 403, query);
  }
  for (const to of ["https://example.com", "//example.com", "/rest/v1/webhooks"]) {
    assert.equal((await ask(`/open?key=${KEY}&to=${encodeURIComponent(to)}`)).status, 403, to);
  }
});

Deno.test("another site that the browser has open gets nowhere, though the browser has the cookie", async () => {
  const own = { cookie: await cookie() };
  const others = [
    { "sec-fetch-site": "cross-site" },
    // A server at another port of this machine.
    { "sec-fetch-site": "same-site" },
    { origin: "http://127.0.0.1:8080" },
    { origin: "https://127.0.0.1:54323" },
    { origin: "null" },
  ];
  for (const other of others) {
    assert.equal((await ask("/rest/v1/webhooks", { ...own, ...other }, "POST")).status, 403);
  }
  const origin = "http://127.0.0.1:54323";
  const written = await ask("/rest/v1/webhooks", { ...own, origin }, "POST");
  assert.equal(written.status, 200);
});

Deno.test("a name that a DNS server gave to this machine gets nothing, not even with the key", async () => {
  for (const host of ["example.com:54323", "127.0.0.1:54321", "127.0.0.1.example.com:54323"]) {
    assert.equal((await ask(OPEN, { host })).status, 403, host);
    assert.equal((await ask("/", { host, cookie: await cookie() })).status, 403, host);
  }
  assert.equal((await ask(OPEN, { host: "localhost:54323" })).status, 200);
});

Deno.test("the pages may load nothing from elsewhere, call the API alone, and be read by no other", async () => {
  for (const response of [await ask("/"), await ask("/", { cookie: await cookie() })]) {
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; /);
    assert.ok(policy.endsWith(`connect-src 'self' ${API}`), policy);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  }
});
