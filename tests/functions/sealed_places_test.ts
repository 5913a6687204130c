import assert from "node:assert/strict";
import { decodeProtectedHeader } from "jose";
import { z } from "zod";
import { SealedStore, type SealedValue } from "#operator/keys/sealed_store.ts";
import { type Binding, open, seal } from "#shared/crypto/sealed.ts";
import { retellBinding } from "#shared/retell/credentials.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { RETELL_KEY } from "#tests/support/fake_retell.ts";
import { analyzed, healthStack, setting } from "#tests/support/health_data.ts";
import { incomingCall, newLine } from "#tests/support/phone_line.ts";
import { answersWith, startReceiver } from "#tests/support/receivers.ts";
import { ask, CONFIG, putConfig, tell, withAccount } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import { as, makeWebhook } from "#tests/support/webhook_owner.ts";

const PARTS = ["user", "table", "column", "row"] as const satisfies (keyof Binding)[];

const header = z.object({
  binding: z.object({ user: z.string(), table: z.string(), column: z.string(), row: z.string() }),
});

/** Reads what a column holds in the way in which it is used; tells whether that went well. */
type Reader = () => Promise<boolean>;

/** For every column that holds something sealed, whoever uses it. */
async function readers(
  stack: TestStack,
  { owner, hook, url }: { owner: Tenant; hook: string; url: string },
): Promise<ReadonlyMap<string, Reader>> {
  const line = await newLine(stack.url, owner);
  const webhook = await makeWebhook(stack, owner, { url, headers: { "x-tenant": "acme" } });
  await as(owner).post(stack, `/webhooks/${webhook.id}/rotate-secret`, { overlap_hours: 24 });
  await setting(stack, owner, true);
  await tell(stack, hook, analyzed("call_1", "quokka"));
  const { data: [call] } = await owner.db.from("call_logs").select("id").throwOnError();

  const isOk = async (path: string) => {
    const { status, body } = await as(owner).get(stack, path);
    if (status !== 200) assert.deepEqual([status, body.code], [503, "not_configured"]);
    return status === 200;
  };
  const delivers = async () => {
    const { body } = await as(owner).post(stack, `/webhooks/${webhook.id}/test`);
    if (body.delivered !== true) assert.match(String(body.error), /unreadable_(secret|headers)/);
    return body.delivered === true;
  };
  const keeps = (field: "call_agent_id" | "sms_agent_id") => async () => {
    const { body: shown } = await ask(stack, owner, "GET", "/config");
    // What is kept is read, to be sealed for the whole configuration as well.
    const { status, body } = await putConfig(stack, owner, { ...CONFIG, [field]: shown[field] });
    if (status !== 200) assert.deepEqual([status, body.code], [503, "not_configured"]);
    return status === 200;
  };
  return new Map<string, Reader>([
    ["private.call_texts.sealed", () => isOk(`/retell/calls/${call?.id}`)],
    ["private.credentials.sealed", async () => {
      const { status } = await line.post(line.urls.voice, incomingCall(line));
      if (status !== 200) assert.equal(status, 503);
      return status === 200;
    }],
    ["public.user_profiles.encrypted_agent_config", async () => {
      const { data } = await stack.admin.from("user_profiles").select("encrypted_agent_config")
        .eq("user_id", owner.userId).single().throwOnError();
      const binding = retellBinding(owner.userId, "encrypted_agent_config");
      return await open(data.encrypted_agent_config, binding, requireKeyring()).then(
        () => true,
        () => false,
      );
    }],
    ["public.user_profiles.encrypted_call_agent_id", keeps("call_agent_id")],
    ["public.user_profiles.encrypted_retell_api_key", async () => {
      const { status, body } = await ask(stack, owner, "POST", "/config/check");
      if (status !== 200) assert.deepEqual([status, body.code], [503, "not_configured"]);
      return status === 200;
    }],
    ["public.user_profiles.encrypted_sms_agent_id", keeps("sms_agent_id")],
    ["public.webhook_events.sealed", () => isOk("/webhooks/events")],
    ["public.webhooks.headers", delivers],
    ["public.webhooks.old_secrets", delivers],
    ["public.webhooks.secret", delivers],
  ]);
}

/** The same text, sealed for another place, as it is where it was copied from there. */
async function fromElsewhere(
  { sealed }: SealedValue,
  part: keyof Binding,
): Promise<string> {
  const { binding } = header.parse(decodeProtectedHeader(sealed));
  const text = await open(sealed, binding, requireKeyring());
  const elsewhere = part === "user" || part === "row" ? crypto.randomUUID() : "sealed_elsewhere";
  return await seal(text, { ...binding, [part]: elsewhere }, requireKeyring());
}

Deno.test("A ciphertext moved to another user, table, column or row does not open, in whatever column", async () => {
  await using receiver = startReceiver(answersWith(200));
  await using it = await healthStack();
  const { stack } = it;
  await stack.database.query(
    "update private.request_limits set per_user = 10000, per_address = 10000",
  );
  const { owner, hook } = await withAccount(stack, CONFIG);
  assert.equal(CONFIG.api_key, RETELL_KEY);
  const reading = await readers(stack, { owner, hook, url: receiver.url });
  const store = new SealedStore(stack.admin);
  const everything = async () => await store.read("no such key", 1000);
  const columns = Map.groupBy(await everything(), (v) => `${v.relation}.${v.columnName}`);
  const known = await stack.database.query(
    `select format('%s.%s.%s', c.relnamespace::regnamespace, c.relname, s.column_name) as name
       from private.sealed_columns s join pg_class c on c.oid = s.relation order by 1`,
  );
  assert.deepEqual([...columns.keys()].sort(), known.map(({ name }) => name));
  assert.deepEqual([...reading.keys()].sort(), known.map(({ name }) => name));
  for (const [name, read] of reading) {
    assert.ok(await read(), `${name} cannot be read as it is`);
    for (const part of PARTS) {
      // A read may write the column anew.
      const values = (await everything()).filter((v) => `${v.relation}.${v.columnName}` === name);
      assert.ok(values.length > 0, name);
      const moved = await Promise.all(values.map(async (value) => ({
        value,
        becomes: await fromElsewhere(value, part),
      })));
      assert.equal(await store.exchange(moved), values.length);
      assert.equal(await read(), false, `${name} opens what is sealed for another ${part}`);
      const back = moved.map(({ value, becomes }) => ({
        value: { ...value, sealed: becomes },
        becomes: value.sealed,
      }));
      assert.equal(await store.exchange(back), values.length);
    }
    assert.ok(await read(), `${name} cannot be read again`);
  }
});
