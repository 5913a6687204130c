import assert from "node:assert/strict";
import { z } from "zod";
import { open } from "#shared/crypto/sealed.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { isSecret } from "#shared/webhooks/signature.ts";
import { call } from "#tests/support/key_holder.ts";
import {
  as,
  list,
  listAll,
  makeWebhook,
  URL_OF_NOBODY,
  webhookStack,
} from "#tests/support/webhook_owner.ts";

const SETTINGS = {
  url: "https://93.184.215.14:8443/in?tenant=1",
  events: ["call.*", "custom.order.paid"],
  description: "Orders",
  enabled: false,
  filter: { "order.total": { gte: 10 } },
  ordered: true,
  retry_count: 3,
  retry_schedule: [1, 60],
  max_in_flight: 2,
  rate_limit: 10,
};

Deno.test("POST /webhooks makes an endpoint and shows its secret, which no other route does", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { secret, ...made } = await makeWebhook(stack, owner);
  assert.ok(isSecret(secret));
  assert.deepEqual(
    [made.url, made.events, made.enabled, made.retry_count, made.max_in_flight, made.filter],
    [URL_OF_NOBODY, ["*"], true, 9, 8, null],
  );
  const path = `/webhooks/${made.id}`;
  const replies = [
    await as(owner).get(stack, "/webhooks"),
    await as(owner).get(stack, path),
    await as(owner).patch(stack, path, { description: "x" }),
  ];
  for (const { status, body } of replies) {
    assert.equal(status, 200);
    assert.ok(!JSON.stringify(body).includes('secret"'), JSON.stringify(body));
  }
  assert.deepEqual((await list(stack, owner, "/webhooks")).data.map(({ id }) => id), [made.id]);
});

Deno.test("GET and PATCH /webhooks/:id show and change every setting", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { secret: _, ...made } = await makeWebhook(stack, owner);
  const path = `/webhooks/${made.id}`;
  assert.deepEqual((await as(owner).get(stack, path)).body, made);
  const changed = await as(owner).patch(stack, path, SETTINGS);
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  const { updated_at: _before, ...rest } = made;
  const { updated_at, ...now } = changed.body;
  assert.deepEqual(now, { ...rest, ...SETTINGS, disabled_reason: "owner" });
  assert.deepEqual((await as(owner).get(stack, path)).body, { ...now, updated_at });
  const { body } = await as(owner).patch(stack, path, {
    description: null,
    filter: null,
    retry_schedule: null,
    rate_limit: null,
    enabled: true,
  });
  assert.deepEqual(
    [body.description, body.filter, body.retry_schedule, body.rate_limit, body.disabled_reason],
    [null, null, null, null, null],
  );
  assert.deepEqual(body.url, SETTINGS.url);
});

Deno.test("an endpoint may be for one agent of its owner, and of nobody else", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const stranger = await stack.newTenant();
  const agentOf = async ({ db }: typeof owner) => {
    const { data } = await db.from("agents").insert({ name: "Ada" }).select("id").single();
    return z.object({ id: z.string() }).parse(data).id;
  };
  const agent_id = await agentOf(owner);
  const { id } = await makeWebhook(stack, owner, { agent_id });
  const refused = await as(owner).patch(stack, `/webhooks/${id}`, {
    agent_id: await agentOf(stranger),
  });
  assert.deepEqual([refused.status, refused.body.code], [422, "validation_failed"]);
  assert.equal((await as(owner).get(stack, `/webhooks/${id}`)).body.agent_id, agent_id);
});

Deno.test("custom headers are sealed for the endpoint, and only their names are shown", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const headers = { "X-Tenant": "acme", authorization: "Bearer opensesame" };
  const made = await makeWebhook(stack, owner, { headers });
  assert.deepEqual(made.header_names, ["X-Tenant", "authorization"]);
  assert.ok(!JSON.stringify(made).includes("opensesame"));
  const unsealed = async () => {
    const [row] = await stack.database.query(
      `select headers from public.webhooks where id = '${made.id}'`,
    );
    if (row?.headers === null) return null;
    const binding = { user: owner.userId, table: "webhooks", column: "headers", row: made.id };
    return JSON.parse(await open(String(row?.headers), binding, requireKeyring()));
  };
  assert.deepEqual(await unsealed(), headers);
  const path = `/webhooks/${made.id.toUpperCase()}`;
  const replaced = await as(owner).patch(stack, path, { headers: { "x-other": "1" } });
  assert.deepEqual(replaced.body.header_names, ["x-other"]);
  assert.deepEqual(await unsealed(), { "x-other": "1" });
  for (const none of [null, {}]) {
    const { body } = await as(owner).patch(stack, path, { headers: none });
    assert.deepEqual(body.header_names, []);
    assert.equal(await unsealed(), null);
  }
});

Deno.test("GET /webhooks goes through all endpoints of the owner, newest first, page by page", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  await makeWebhook(stack, await stack.newTenant());
  const made: string[] = [];
  for (let n = 0; n < 5; n++) {
    made.unshift((await makeWebhook(stack, owner, { enabled: n % 2 === 0 })).id);
  }
  assert.deepEqual((await listAll(stack, owner, "/webhooks?")).map(({ id }) => id), made);
  assert.deepEqual(
    (await listAll(stack, owner, "/webhooks?enabled=false&")).map(({ id }) => id),
    [made[1], made[3]],
  );
});

Deno.test("DELETE /webhooks/:id deletes the endpoint and what was to be sent to it", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id } = await makeWebhook(stack, owner);
  await as(owner).post(stack, "/webhooks/events", { type: "custom.a", data: {} });
  assert.equal((await as(owner).delete(stack, `/webhooks/${id}`)).status, 204);
  assert.equal((await as(owner).delete(stack, `/webhooks/${id}`)).status, 404);
  assert.equal((await as(owner).get(stack, `/webhooks/${id}`)).status, 404);
  assert.deepEqual(await stack.database.query("select id from private.webhook_deliveries"), []);
});

Deno.test("POST /webhooks/:id/rotate-secret gives a new secret, and keeps the old ones for the overlap", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const { id, secret } = await makeWebhook(stack, owner);
  const rotate = async (json: object) => {
    const { status, body } = await as(owner).post(stack, `/webhooks/${id}/rotate-secret`, json);
    assert.equal(status, 200, JSON.stringify(body));
    return z.looseObject({ secret: z.string(), old_secrets_expire_at: z.string().nullable() })
      .parse(body);
  };
  const secrets = async () => {
    const [row] = await stack.database.query(
      `select array_to_json(array[secret] || array(select s ->> 'sealed' from jsonb_array_elements(old_secrets) s)) as sealed
         from public.webhooks where id = '${id}'`,
    );
    const binding = { user: owner.userId, table: "webhooks", column: "secret", row: id };
    const sealed = z.array(z.string()).parse(row?.sealed);
    return await Promise.all(sealed.map((text) => open(text, binding, requireKeyring())));
  };
  const first = await rotate({});
  assert.ok(isSecret(first.secret) && first.secret !== secret);
  assert.deepEqual(await secrets(), [first.secret, secret]);
  const hours = (Date.parse(first.old_secrets_expire_at ?? "") - Date.now()) / 3_600_000;
  assert.ok(hours > 23.9 && hours <= 24.01, String(hours));
  const second = await rotate({ overlap_hours: 0 });
  assert.equal(second.old_secrets_expire_at, null);
  assert.deepEqual(await secrets(), [second.secret]);
});

Deno.test("the operator sets how many endpoints a tenant may have; one more is refused", async () => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant();
  const headers = { apikey: stack.secrets.secret_key };
  const path = `/webhooks/limits/${owner.userId}`;
  const set = await call(stack, "PUT", path, { headers, json: { limit: 1 } });
  assert.deepEqual([set.status, set.body], [200, { user_id: owner.userId, limit: 1 }]);
  await makeWebhook(stack, owner);
  const more = await as(owner).post(stack, "/webhooks", { url: URL_OF_NOBODY, events: ["*"] });
  assert.deepEqual([more.status, more.body.code], [409, "endpoint_limit"]);
  assert.equal((await list(stack, owner, "/webhooks")).data.length, 1);
  for (const limit of [-1, 1.5, 100_001, null, "1"]) {
    const { status } = await call(stack, "PUT", path, { headers, json: { limit } });
    assert.equal(status, 422, String(limit));
  }
  const nobody = `/webhooks/limits/${crypto.randomUUID()}`;
  const unknown = await call(stack, "PUT", nobody, { headers, json: { limit: 1 } });
  assert.equal(unknown.status, 404);
});
