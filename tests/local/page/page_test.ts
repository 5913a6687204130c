import assert from "node:assert/strict";
import { z } from "zod";
import { type TestStack, testStack } from "#tests/support/stack.ts";

const merged = z.object({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string() })),
  tags: z.array(z.object({ name: z.string() })),
});

/** What a browser asks for that has followed the link. */
async function visit(
  link: string,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const { origin } = new URL(link);
  const opened = await fetch(link);
  await opened.body?.cancel();
  const [cookie = ""] = opened.headers.get("set-cookie")?.split(";") ?? [];
  return (path, init = {}) =>
    fetch(origin + path, { ...init, headers: { ...init.headers, cookie } });
}

function linksOf({ page }: TestStack) {
  assert.ok(page);
  return page;
}

Deno.test("the pages show what there is, and are nowhere but at their own port", async (t) => {
  await using stack = await testStack({
    pagePort: 0,
    environment: { SWITCHBOARD_ALLOWED_ORIGINS: "https://app.example.com" },
  });
  const { apiLink, studioLink } = linksOf(stack);
  const ask = await visit(apiLink);
  const text = async (path: string) => {
    const response = await ask(path);
    assert.equal(response.status, 200, path);
    return await response.text();
  };

  await t.step(
    "the page of the API has all that it loads at the same port, and no key",
    async () => {
      const page = await text("/api");
      const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
      assert.equal(loaded.length, 4);
      const all = await Promise.all([...loaded, "/api/openapi.json"].map(text));
      const { publishable_key, secret_key, cron_key, jwt_secret } = stack.secrets;
      for (const secret of [publishable_key, secret_key, cron_key, jwt_secret]) {
        assert.ok(![page, ...all].some((part) => part.includes(secret)));
      }
    },
  );

  await t.step(
    "its document is of every function, at the address of the running stack",
    async () => {
      const { openapi, servers, tags } = merged.parse(JSON.parse(await text("/api/openapi.json")));
      assert.equal(openapi, "3.1.0");
      assert.deepEqual(servers, [{ url: `${stack.url}/functions/v1` }]);
      assert.ok(tags.some(({ name }) => name === "ivr"));
    },
  );

  await t.step("it may call the functions where only some origins may", async () => {
    const { origin } = new URL(apiLink);
    const allowed = async (from: string) => {
      const response = await fetch(`${stack.url}/functions/v1/health`, {
        headers: { origin: from },
      });
      await response.body?.cancel();
      return response.headers.get("access-control-allow-origin");
    };
    assert.equal(await allowed(origin), origin);
    assert.equal(await allowed("https://app.example.com"), "https://app.example.com");
    assert.equal(await allowed("https://other.example.com"), null);
  });

  await t.step("the Studio has its files, and reads past row level security", async () => {
    const { userId } = await stack.newTenant();
    const page = await text("/");
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
    assert.equal(loaded.length, 3);
    await Promise.all(loaded.map(text));
    assert.match(await text("/_system/info"), /"admin":true/);
    assert.match(await text("/rest/v1/user_profiles?select=user_id"), new RegExp(userId));
  });

  await t.step("without the links there is nothing, and elsewhere nothing of them", async () => {
    const { origin } = new URL(studioLink);
    for (const path of ["/", "/api", "/_system/info", "/rest/v1/user_profiles"]) {
      for (const [base, status] of [[origin, 403], [stack.providerUrl, 404]]) {
        const response = await fetch(`${base}${path}`);
        await response.body?.cancel();
        assert.equal(response.status, status, `${base}${path}`);
      }
    }
    for (const path of ["/", "/api", "/open", "/_system/info"]) {
      const response = await fetch(stack.url + path);
      await response.body?.cancel();
      assert.equal(response.status, 404, path);
    }
  });
});

Deno.test("a start that is not asked for the pages has none", async () => {
  await using stack = await testStack();
  assert.equal(stack.page, undefined);
});
