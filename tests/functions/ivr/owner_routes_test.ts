import assert from "node:assert/strict";
import { z } from "zod";
import { newLine } from "#tests/support/phone_line.ts";
import { type Tenant, testStack } from "#tests/support/stack.ts";

const problem = z.object({
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

async function post(url: string, { jwt }: Pick<Tenant, "jwt">, body: unknown) {
  return await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${jwt}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function problemOf(response: Response): Promise<[number, string, ...string[]]> {
  const { code, errors } = problem.parse(await response.json());
  return [response.status, code, ...errors.map(({ path }) => path)];
}

Deno.test("A connection is made with its URLs, and its secret is shown nowhere", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const secret = "0123456789abcdef0123456789abcdef";
  const made = await post(`${stack.url}/functions/v1/ivr/connections`, tenant, {
    provider: "twilio",
    name: "  Main line ",
    account_sid: "AC1",
    auth_token: secret,
  });
  assert.equal(made.status, 201);
  const text = await made.text();
  assert.ok(!text.includes(secret));
  const { id, urls, name } = JSON.parse(text);
  assert.equal(name, "Main line");
  assert.equal(urls.voice, `${stack.url}/functions/v1/ivr/twilio/${id}/voice`);
  const { data } = await tenant.db.from("phone_connections").select("*").single();
  assert.equal(data.id, id);
  assert.ok(!JSON.stringify(data).includes(secret));
});

Deno.test("A connection that cannot be made names the field, and nothing is written", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const url = `${stack.url}/functions/v1/ivr/connections`;
  const good = { provider: "twilio", name: "Main line", auth_token: "a".repeat(32) };
  const cases: [unknown, [number, string, ...string[]]][] = [
    [{ ...good, provider: "carrier-pigeon" }, [422, "validation_failed", "provider"]],
    [{ ...good, name: "" }, [422, "validation_failed", "name"]],
    [{ ...good, name: "   " }, [422, "validation_failed", "name"]],
    [{ ...good, name: "x".repeat(101) }, [422, "validation_failed", "name"]],
    [{ ...good, auth_token: "short" }, [422, "validation_failed", "auth_token"]],
    [{ ...good, enabled: false }, [422, "validation_failed", "enabled"]],
    [{ ...good, user_id: crypto.randomUUID() }, [422, "validation_failed", "user_id"]],
    [{}, [422, "validation_failed", "provider", "name", "auth_token"]],
    [[], [422, "validation_failed", "body"]],
    ["{", [400, "invalid_request", "body"]],
  ];
  for (const [body, expected] of cases) {
    assert.deepEqual(await problemOf(await post(url, tenant, body)), expected);
  }
  const wrongType = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.jwt}` },
    body: "x",
  });
  assert.deepEqual(await problemOf(wrongType), [415, "unsupported_media_type"]);
  const { data } = await tenant.db.from("phone_connections").select("id");
  assert.deepEqual(data, []);
});

Deno.test("Publishing lists what is wrong with a menu by its path, and knows no other tenant's menu", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const line = await newLine(stack.url, owner);
  const publish = (tenant: Tenant, id: string) =>
    post(`${stack.url}/functions/v1/ivr/menus/${id}/publish`, tenant, {});
  assert.deepEqual(await problemOf(await publish(stranger, line.menuId)), [404, "not_found"]);
  assert.deepEqual(await problemOf(await publish(owner, crypto.randomUUID())), [404, "not_found"]);
  assert.deepEqual(await problemOf(await publish(owner, "main")), [404, "not_found", "path.id"]);

  await owner.db.from("ivr_menus").update({
    items: [{ digit: "1", label: "x", action: "submenu", target: "nowhere" }],
  }).eq("key", "sales");
  assert.deepEqual(await problemOf(await publish(owner, line.menuId)), [
    422,
    "invalid_menu",
    "menus.sales.items[0].target",
  ]);
  const { data } = await owner.db.from("ivr_menu_versions").select("version");
  assert.deepEqual(data, [{ version: 1 }]);

  await owner.db.from("ivr_menus").update({ items: [{ digit: "*", label: "x", action: "back" }] })
    .eq("key", "sales");
  const again = await publish(owner, line.menuId);
  assert.equal(again.status, 201);
  assert.equal((await again.json()).version, 2);
});
