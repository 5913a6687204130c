import assert from "node:assert/strict";
import { open } from "#shared/crypto/sealed.ts";
import { env } from "#shared/env.ts";
import { retellBinding } from "#shared/retell/credentials.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { faults } from "#tests/support/key_holder.ts";
import { ask, CONFIG, putConfig, retellStack, withAccount } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";

const T = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();

/** The row as it is, without what every write changes. */
async function rowOf({ database }: TestStack, { userId }: Tenant) {
  const [row] = await database.query(
    `select * from public.user_profiles where user_id = '${userId}'`,
  );
  return row ?? assert.fail("There is no profile");
}

Deno.test("PUT /retell/config stores every secret sealed for its place and shows none of them", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  const { status, body } = await putConfig(stack, owner, { ...CONFIG, updated_at: T(0) });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.api_key, {
    present: true,
    last_four: RETELL_KEY.slice(-4),
    fingerprint: Object(body.api_key).fingerprint,
  });
  assert.match(Object(body.api_key).fingerprint, /^[0-9a-f]{16}$/);
  assert.equal(body.status, "disconnected");
  assert.equal(body.phone_number, CONFIG.phone_number);
  assert.deepEqual(body.webhook_config, CONFIG.webhook_config);
  assert.equal(Date.parse(String(body.updated_at)), Date.parse(T(0)));
  assert.match(String(body.webhook_url), /\/retell\/webhook\/[0-9a-f-]{36}$/);
  assert.ok(String(body.webhook_url).startsWith(env().publicUrl));
  assert.deepEqual((await ask(stack, owner, "GET", "/config")).body, body);

  const row = await rowOf(stack, owner);
  for (const secret of [CONFIG.api_key, CONFIG.call_agent_id, CONFIG.sms_agent_id]) {
    assert.ok(!JSON.stringify(row).includes(secret));
    assert.ok(!JSON.stringify(body).includes(secret));
  }
  const plain = (column: Parameters<typeof retellBinding>[1]) =>
    open(String(row[column]), retellBinding(owner.userId, column), requireKeyring());
  assert.equal(await plain("encrypted_retell_api_key"), CONFIG.api_key);
  assert.equal(await plain("encrypted_call_agent_id"), CONFIG.call_agent_id);
  assert.equal(await plain("encrypted_sms_agent_id"), CONFIG.sms_agent_id);
  assert.deepEqual(JSON.parse(await plain("encrypted_agent_config")), {
    ...CONFIG,
    updated_at: T(0),
  });
});

Deno.test("What is shown of a secret can be sent back to keep it, and no other fingerprint", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack, CONFIG);
  const { body: { api_key, call_agent_id, sms_agent_id } } = await ask(
    stack,
    owner,
    "GET",
    "/config",
  );
  const kept = await putConfig(stack, owner, {
    api_key,
    call_agent_id,
    phone_number: "+4930123456",
  });
  assert.equal(kept.status, 200, JSON.stringify(kept.body));
  assert.deepEqual(kept.body.api_key, api_key);
  assert.deepEqual(kept.body.phone_number, "+4930123456");
  assert.equal(Object(kept.body.sms_agent_id).present, false, "what is left out is not set");
  assert.equal((await ask(stack, owner, "POST", "/config/check")).status, 200);
  // What stays keeps what is known of it.
  const again = await putConfig(stack, owner, { api_key, sms_agent_id: kept.body.sms_agent_id });
  assert.equal(again.body.status, "connected");
  const gone = await putConfig(stack, owner, { api_key, sms_agent_id });
  assert.deepEqual([gone.status, gone.body.code, faults(gone)], [409, "conflict", [
    "sms_agent_id",
  ]]);
});

Deno.test("A late write changes nothing and is answered with what is stored", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  const first = await putConfig(stack, owner, { ...CONFIG, updated_at: T(10), device_id: "b" });
  const before = await rowOf(stack, owner);
  const late = [
    { updated_at: T(9), device_id: "z", api_key: "key_of_another_device" },
    { updated_at: T(10), device_id: "a", api_key: "key_of_another_device" },
    { updated_at: T(10), api_key: "key_of_another_device" },
  ];
  for (const write of late) {
    const { status, body } = await putConfig(stack, owner, write);
    assert.deepEqual([status, body.code], [409, "stale_write"]);
    assert.deepEqual(body.current, first.body);
  }
  const deleted = await ask(stack, owner, "DELETE", `/config?updated_at=${T(9)}`);
  assert.deepEqual([deleted.status, deleted.body.code], [409, "stale_write"]);
  const repeat = await putConfig(stack, owner, { ...CONFIG, updated_at: T(10), device_id: "b" });
  assert.deepEqual([repeat.status, repeat.body], [200, first.body]);
  assert.deepEqual(await rowOf(stack, owner), before);
});

Deno.test("A write without a time is one of now, also after a device whose clock is ahead", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  const ahead = new Date(Date.now() + 240_000).toISOString();
  assert.equal((await putConfig(stack, owner, { ...CONFIG, updated_at: ahead })).status, 200);
  const { status, body } = await putConfig(stack, owner, { phone_number: "+4930123456" });
  assert.deepEqual([status, body.phone_number], [200, "+4930123456"]);
});

Deno.test("DELETE /retell/config forgets all but the time, so that an older write does not come back", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const owner = await stack.newTenant();
  await putConfig(stack, owner, { ...CONFIG, updated_at: T(0) });
  assert.equal(
    (await ask(stack, owner, "DELETE", `/config?updated_at=${T(5)}&device_id=a`)).status,
    204,
  );
  const { body } = await ask(stack, owner, "GET", "/config");
  assert.deepEqual([Object(body.api_key).present, body.phone_number, body.webhook_config], [
    false,
    null,
    {},
  ]);
  const row = await rowOf(stack, owner);
  assert.deepEqual(
    Object.entries(row).filter(([name, value]) => name.startsWith("encrypted_") && value !== null),
    [],
  );
  assert.equal((await putConfig(stack, owner, { ...CONFIG, updated_at: T(4) })).status, 409);
  assert.equal((await putConfig(stack, owner, { ...CONFIG, updated_at: T(6) })).status, 200);
});

/** Every order of what each device writes in its own. */
function* interleavings<Item>(a: readonly Item[], b: readonly Item[]): Generator<Item[]> {
  const [headA, ...restA] = a;
  const [headB, ...restB] = b;
  if (headA === undefined || headB === undefined) return yield [...a, ...b];
  for (const rest of interleavings(restA, b)) yield [headA, ...rest];
  for (const rest of interleavings(a, restB)) yield [headB, ...rest];
}

Deno.test("Two devices that write in every interleaving leave the same configuration", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const write = (device_id: string, second: number, config: object) => ({
    method: "PUT",
    path: "/config",
    json: { ...config, device_id, updated_at: T(second) },
  });
  const remove = (device_id: string, second: number) => ({
    method: "DELETE",
    path: `/config?updated_at=${T(second)}&device_id=${device_id}`,
    json: undefined,
  });
  // Parts of a configuration, equal times, a deletion, and a device whose clock goes backwards.
  const pairs = [
    [
      [write("a", 1, CONFIG), write("a", 3, { phone_number: "+4930111111" })],
      [write("b", 2, { call_agent_id: "b" }), write("b", 3, { sms_agent_id: "b" })],
    ],
    [
      [write("a", 1, { api_key: "key_of_a_0000" }), remove("a", 4), write("a", 2, CONFIG)],
      [write("b", 4, { phone_number: "+4930222222" }), write("b", 3, CONFIG)],
    ],
    [
      [write("a", 1, { phone_number: "+4930111111" }), write("a", 5, { call_agent_id: "a" })],
      [write("b", 6, CONFIG), remove("b", 6)],
    ],
    [
      [write("same", 1, { phone_number: "+4930111111" })],
      [write("same", 1, { phone_number: "+4930222222" }), write("same", 1, { call_agent_id: "x" })],
    ],
  ] as const;
  for (const [index, [a, b]] of pairs.entries()) {
    const ends = new Set<string>();
    for (const order of interleavings<ReturnType<typeof write> | ReturnType<typeof remove>>(a, b)) {
      const owner = await stack.newTenant();
      for (const { method, path, json } of order) {
        const { status } = await ask(stack, owner, method, path, json);
        assert.ok([200, 204, 409].includes(status), String(status));
      }
      const { body } = await ask(stack, owner, "GET", "/config");
      ends.add(JSON.stringify({ ...body, webhook_url: null }));
    }
    assert.equal(ends.size, 1, `pair ${index}: ${[...ends].join("\n")}`);
  }
});

Deno.test("What is wrong with a configuration is named, and nothing of it is stored", async (t) => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack, CONFIG);
  const before = await rowOf(stack, owner);
  const wrong: Record<string, [unknown, string]> = {
    "an unknown key": [{ ...CONFIG, colour: "red" }, "colour"],
    "a key that is no key": [{ api_key: "short" }, "api_key"],
    "a key with a space": [{ api_key: "key_0123 456789" }, "api_key"],
    "a key that is a number": [{ api_key: 12345678 }, "api_key"],
    "a fingerprint that is none": [{ api_key: { fingerprint: "x" } }, "api_key"],
    "an agent id with a slash": [{ call_agent_id: "agent/1" }, "call_agent_id"],
    "an empty agent id": [{ sms_agent_id: "" }, "sms_agent_id"],
    "an agent id that is too long": [{ sms_agent_id: "a".repeat(65) }, "sms_agent_id"],
    "a number without a country": [{ phone_number: "030 123456" }, "phone_number"],
    "a number of three digits": [{ phone_number: "+49" }, "phone_number"],
    "a number of words": [{ phone_number: "call me" }, "phone_number"],
    "an unknown event": [{ webhook_config: { events: ["call_exploded"] } }, "webhook_config"],
    "an unknown key of webhook_config": [
      { webhook_config: { url: "https://x.example" } },
      "webhook_config",
    ],
    "a webhook_config that is a list": [{ webhook_config: ["call_ended"] }, "webhook_config"],
    "a time that is none": [{ ...CONFIG, updated_at: "yesterday" }, "updated_at"],
    "a time of 2 hours from now": [
      { ...CONFIG, updated_at: new Date(Date.now() + 7_200_000).toISOString() },
      "updated_at",
    ],
    "a device id of an odd form": [{ ...CONFIG, device_id: "ä" }, "device_id"],
    "a list": [[CONFIG], "body"],
  };
  for (const [name, [json, path]] of Object.entries(wrong)) {
    await t.step(name, async () => {
      const reply = await putConfig(stack, owner, json);
      assert.deepEqual([reply.status, reply.body.code], [422, "validation_failed"]);
      assert.ok(String(faults(reply)[0]).startsWith(path), JSON.stringify(reply.body));
      assert.ok(!JSON.stringify(reply.body).includes("0123"), "no secret is repeated");
    });
  }
  await t.step("a body that is too large", async () => {
    const reply = await putConfig(stack, owner, { api_key: "k".repeat(300_000) });
    assert.deepEqual([reply.status, reply.body.code], [413, "payload_too_large"]);
  });
  assert.deepEqual(await rowOf(stack, owner), before);
});

Deno.test("The SQL surface refuses what the function would never send", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack, CONFIG);
  const before = await rowOf(stack, owner);
  const wrong: unknown[] = [
    { api_key: "plain" },
    { api_key: { sealed: "plain", last_four: "lain", fingerprint: "0".repeat(16) } },
    {
      api_key: { sealed: "e30..AA.AA.AA", last_four: "much too long", fingerprint: "0".repeat(16) },
    },
    { agent_config: "plain" },
    { phone_number: "030" },
    { webhook_config: { events: "call_ended" } },
    { webhook_config: { events: Array(9).fill("call_ended") } },
    { webhook_config: { enabled: "yes" } },
    { hook_id: crypto.randomUUID() },
    [],
  ];
  for (const p_config of wrong) {
    const { error } = await owner.db.rpc("store_retell_config", { p_config });
    assert.equal(error?.code, "PT422", JSON.stringify(p_config));
  }
  const infinite = await owner.db.rpc("store_retell_config", {
    p_config: {},
    p_updated_at: "infinity",
  });
  assert.equal(infinite.error?.code, "PT422");
  assert.deepEqual(await rowOf(stack, owner), before);
});

Deno.test("The trail has each write of the configuration with the columns' names alone", async () => {
  await using it = await retellStack();
  const { stack } = it;
  const { owner } = await withAccount(stack, CONFIG);
  await ask(stack, owner, "POST", "/config/check");
  const { data } = await owner.db.from("audit_logs").select("action,resource,changes");
  assert.equal(data?.length, 1);
  assert.deepEqual([data?.[0]?.action, data?.[0]?.resource], [
    "retell.config.update",
    "user_profiles",
  ]);
  assert.ok(!JSON.stringify(data).includes(CONFIG.phone_number));
});
