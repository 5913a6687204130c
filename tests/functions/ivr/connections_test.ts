import assert from "node:assert/strict";
import { z } from "zod";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { bearer, call, faults, type Reply } from "#tests/support/key_holder.ts";
import { privateKey, SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as, list, listAll } from "#tests/support/webhook_owner.ts";

const made = z.looseObject({ id: z.string() });

function wanted(provider: ProviderName, more: object = {}) {
  return { provider, name: "Main line", auth_token: SIGNING_SECRETS[provider](), ...more };
}

async function connect(stack: TestStack, owner: Tenant, body: object): Promise<string> {
  const { status, body: answer } = await as(owner).post(stack, "/ivr/connections", body);
  assert.equal(status, 201, JSON.stringify(answer));
  return made.parse(answer).id;
}

function refusal({ status, body, ...reply }: Reply): unknown[] {
  return [status, body.code, ...faults({ status, body, ...reply })];
}

/** What may be read out of the secrets of every connection: never a secret. */
const secretList = z.array(z.strictObject({
  purpose: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
}));

Deno.test("A connection to each provider says what to enter where in its console", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  for (const provider of PROVIDER_NAMES) {
    const body = wanted(provider);
    const { status, body: answer } = await as(owner).post(stack, "/ivr/connections", body);
    assert.equal(status, 201);
    assert.ok(!JSON.stringify(answer).includes(body.auth_token));
    const base = `${stack.url}/functions/v1/ivr/${provider}/${answer.id}`;
    assert.deepEqual(answer.urls, {
      voice: `${base}/voice`,
      status: `${base}/status`,
      turn: `${base}/turn`,
      recording: `${base}/recording`,
    });
    const { settings, fallbackSetting } = PROVIDERS[provider].connecting;
    assert.deepEqual(
      answer.console,
      settings.map(({ setting, url }) => ({ setting, value: `${base}/${url}`, method: "POST" })),
    );
    assert.equal(answer.fallback_setting, fallbackSetting);
    const secrets = secretList.parse(answer.secrets);
    assert.deepEqual(secrets.map(({ purpose, expires_at }) => [purpose, expires_at]), [
      ["signing", null],
    ]);
    const got = await as(owner).get(stack, `/ivr/connections/${answer.id}`);
    assert.deepEqual(got.body, answer);
  }
});

Deno.test("A secret that cannot be its provider's is refused, whatever else it is", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const token = SIGNING_SECRETS.twilio();
  const cases: [ProviderName, string][] = [
    ["twilio", token.slice(1)],
    ["twilio", `SK${token}`],
    ["twilio", "x".repeat(32)],
    ["signalwire", `PT${"0123456789abcdef".repeat(3)}`],
    ["signalwire", "two words that are long enough"],
    ["telnyx", `KEY${token}`],
    ["telnyx", btoa("x".repeat(31))],
    ["telnyx", SIGNING_SECRETS.telnyx().replace("=", "")],
    ["plivo", "MAZJA1NZY1NJE1ZTU3MT"],
    ["vonage", "short"],
    ["vonage", "geheimnis-mit-ümlaut"],
  ];
  for (const [provider, auth_token] of cases) {
    const reply = await as(owner).post(stack, "/ivr/connections", wanted(provider, { auth_token }));
    assert.deepEqual(refusal(reply), [422, "validation_failed", "auth_token"], auth_token);
    assert.ok(!JSON.stringify(reply.body).includes(auth_token));
  }
  const pasted = await as(owner).post(
    stack,
    "/ivr/connections",
    wanted("twilio", { auth_token: ` ${token}\n` }),
  );
  assert.equal(pasted.status, 201, "what a paste brings along is taken off");
});

Deno.test("An account is named as its provider's requests name it, or nobody would be answered", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const cases: [ProviderName, string, string][] = [
    ["twilio", `SK${"0".repeat(32)}`, `AC${"0".repeat(32)}`],
    ["signalwire", "example.signalwire.com", crypto.randomUUID()],
    ["plivo", "+15550100100", "MAZJA1NZY1NJE1ZTU3MT"],
    ["vonage", "a1b2c3d4", crypto.randomUUID()],
  ];
  for (const [provider, wrong, account_sid] of cases) {
    const post = (account_sid: string) =>
      as(owner).post(stack, "/ivr/connections", wanted(provider, { account_sid }));
    const fault = [422, "validation_failed", "account_sid"];
    assert.deepEqual(refusal(await post(wrong)), fault);
    const written = provider === "vonage" ? account_sid.toUpperCase() : account_sid;
    const { status, body } = await post(written);
    assert.deepEqual([status, body.account_sid], [201, account_sid]);
    const path = `/ivr/connections/${body.id}`;
    assert.deepEqual(refusal(await as(owner).patch(stack, path, { account_sid: wrong })), fault);
  }
});

Deno.test("What recordings are fetched with is kept beside the secret that signs", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const post = (body: object) => as(owner).post(stack, "/ivr/connections", body);
  const purposes = ({ body }: Reply) =>
    secretList.parse(body.secrets).map(({ purpose }) => purpose);
  const api_secret = privateKey("pkcs1");
  const application = { account_sid: crypto.randomUUID(), api_secret };
  const vonage = await post(wanted("vonage", application));
  assert.equal(vonage.status, 201, JSON.stringify(vonage.body));
  assert.deepEqual(purposes(vonage), ["signing", "api"]);
  assert.ok(!JSON.stringify(vonage.body).includes("PRIVATE KEY"));

  const token = `PT${"0123456789abcdef".repeat(3)}`;
  const project = { account_sid: crypto.randomUUID(), api_secret: token };
  assert.equal((await post(wanted("signalwire", project))).status, 201);

  const cases: [object, string][] = [
    [wanted("vonage", { api_secret }), "account_sid"],
    [wanted("vonage", { ...application, api_secret: "-----BEGIN PRIVATE KEY-----" }), "api_secret"],
    [wanted("vonage", { ...application, api_secret: token }), "api_secret"],
    [wanted("signalwire", { ...project, api_secret: SIGNING_SECRETS.signalwire() }), "api_secret"],
    [wanted("twilio", { account_sid: "AC1", api_secret: token }), "api_secret"],
    [wanted("telnyx", { api_secret: token }), "api_secret"],
  ];
  for (const [body, path] of cases) {
    assert.deepEqual(refusal(await post(body)), [422, "validation_failed", path]);
  }
  const path = `/ivr/connections/${vonage.body.id}`;
  const patch = (changes: object) => as(owner).patch(stack, path, changes);
  assert.deepEqual(refusal(await patch({ account_sid: null })), [
    422,
    "validation_failed",
    "account_sid",
  ]);
  assert.deepEqual(purposes(await patch({ api_secret: null })), ["signing"]);
  assert.deepEqual(purposes(await patch({ api_secret: privateKey() })), ["signing", "api"]);
});

Deno.test("Of a connection everything changes but its provider, and what is wrong is named", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const id = await connect(stack, owner, wanted("twilio", { account_sid: "AC1" }));
  const patch = (changes: object) => as(owner).patch(stack, `/ivr/connections/${id}`, changes);
  const { status, body } = await patch({
    name: " Front desk ",
    account_sid: null,
    enabled: false,
    allowed_callers: ["+49 30 (123)*", "SIP:Desk@Example.com:5060;transport=tcp"],
    blocked_callers: ["Anonymous", "+1 555 010-0123"],
  });
  assert.equal(status, 200, JSON.stringify(body));
  const { name, account_sid, enabled, allowed_callers, blocked_callers } = body;
  assert.deepEqual({ name, account_sid, enabled, allowed_callers, blocked_callers }, {
    name: "Front desk",
    account_sid: null,
    enabled: false,
    allowed_callers: ["+4930123*", "sip:desk@example.com"],
    blocked_callers: ["anonymous", "+15550100123"],
  });
  const cases: [object, string][] = [
    [{ name: "" }, "name"],
    [{ name: "a\u0000b" }, "name"],
    [{ name: null }, "name"],
    [{ provider: "plivo" }, "provider"],
    [{ auth_token: SIGNING_SECRETS.twilio() }, "auth_token"],
    [{ account_sid: "AC 1" }, "account_sid"],
    [{ enabled: "yes" }, "enabled"],
    [{ allowed_callers: ["+49*", "5550100"] }, "allowed_callers.1"],
    [{ allowed_callers: ["*"] }, "allowed_callers.0"],
    [{ blocked_callers: [""] }, "blocked_callers.0"],
    [{ blocked_callers: ["sip:a\u0000b"] }, "blocked_callers.0"],
    [{ blocked_callers: ["sip:a\ud800b"] }, "blocked_callers.0"],
    [{ blocked_callers: "anonymous" }, "blocked_callers"],
    [{ blocked_callers: [`sip:${"x".repeat(250)}`] }, "blocked_callers.0"],
    [{ blocked_callers: Array.from({ length: 501 }, () => "+49*") }, "blocked_callers"],
    [{ id: crypto.randomUUID() }, "id"],
  ];
  for (const [changes, path] of cases) {
    assert.deepEqual(refusal(await patch(changes)), [422, "validation_failed", path]);
  }
  assert.equal((await patch({})).body.name, "Front desk");
});

Deno.test("Connections are listed by provider and state, newest first, a page at a time", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const ids: string[] = [];
  for (const provider of PROVIDER_NAMES) ids.unshift(await connect(stack, owner, wanted(provider)));
  await connect(stack, await stack.newTenant("stranger"), wanted("twilio"));
  const found = async (query: string) =>
    (await listAll(stack, owner, `/ivr/connections?${query}`)).map(({ id }) => id);
  assert.deepEqual(await found(""), ids);
  assert.deepEqual(await found("provider=twilio&"), ids.slice(-1));
  await as(owner).patch(stack, `/ivr/connections/${ids[0]}`, { enabled: false });
  assert.deepEqual(await found("enabled=false&"), ids.slice(0, 1));
  const cases = ["limit=0", "cursor=x", "provider=acme", "enabled=maybe"];
  for (const query of cases) {
    const reply = await as(owner).get(stack, `/ivr/connections?${query}`);
    assert.deepEqual(refusal(reply), [422, "validation_failed", `query.${query.split("=")[0]}`]);
  }
  const { data: [row] } = await list(stack, owner, "/ivr/connections");
  assert.deepEqual(row, (await as(owner).get(stack, `/ivr/connections/${ids[0]}`)).body);
});

Deno.test("A deleted connection takes its numbers and secrets along, and leaves the rest", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const id = await connect(stack, owner, wanted("twilio"));
  const other = await connect(stack, owner, wanted("plivo"));
  for (const connection_id of [id, other]) {
    await as(owner).post(stack, "/ivr/numbers", { connection_id, number: "+15550100100" });
  }
  const remove = () => as(owner).delete(stack, `/ivr/connections/${id}`);
  assert.equal((await remove()).status, 204);
  assert.deepEqual(refusal(await remove()), [404, "not_found"]);
  const left = await stack.database.query(
    `select (select count(*) from private.credentials)::integer as secrets,
            (select count(*) from public.phone_numbers)::integer as numbers`,
  );
  assert.deepEqual(left, [{ secrets: 1, numbers: 1 }]);
});

Deno.test("A repeat with the same Idempotency-Key connects once, and another body is refused", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const body = wanted("twilio");
  const post = (json: object) =>
    call(stack, "POST", "/ivr/connections", {
      json,
      headers: { ...bearer(owner.jwt), "idempotency-key": "one" },
    });
  const first = await post(body);
  const again = await post(body);
  assert.deepEqual([first.status, again.status], [201, 201]);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  const other = await post({ ...body, name: "Another" });
  assert.deepEqual(refusal(other), [422, "idempotency_key_reused", "header.idempotency-key"]);
  assert.equal((await list(stack, owner, "/ivr/connections")).data.length, 1);
});

Deno.test("The fallback document is in the language of the menu, or in the one asked for", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const get = async (id: string, query = "") => {
    const response = await stack.fetch(
      new Request(`${stack.url}/functions/v1/ivr/connections/${id}/fallback${query}`, {
        headers: bearer(owner.jwt),
      }),
    );
    return [response.status, response.headers.get("content-type"), await response.text()];
  };
  for (const provider of PROVIDER_NAMES) {
    const id = await connect(stack, owner, wanted(provider));
    const [status, type, english] = await get(id);
    assert.deepEqual([status, type], [200, PROVIDERS[provider].contentType]);
    assert.match(String(english), /We are sorry/);
    const { data } = await owner.db.from("ivr_menus")
      .insert({ name: "Haupt", prompt: "Hallo", language: "de-DE" }).select("id").single();
    const number = { connection_id: id, number: "+4930123456", menu_id: data?.id };
    assert.equal((await as(owner).post(stack, "/ivr/numbers", number)).status, 201);
    assert.match(String((await get(id))[2]), /Es tut uns leid/);
    assert.match(String((await get(id, "?language=fr"))[2]), /désolés/);
    assert.equal((await get(id, "?language=Deutsch!"))[0], 422);
  }
});
