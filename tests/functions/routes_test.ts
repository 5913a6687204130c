import assert from "node:assert/strict";
import { z } from "zod";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { closeHotConnections } from "#shared/db/hot.ts";
import { env, setEnvironment } from "#shared/env.ts";
import type { Scope } from "#shared/auth/scopes.ts";
import { type Caller, scopeOf } from "#shared/http/operation.ts";
import {
  refusesAllButCron,
  refusesAllButOperator,
  refusesAllButScanners,
  refusesAllButUsersAndOperator,
  refusesStrangers,
} from "#tests/support/auth_cases.ts";
import { edgeFunctions, filledIn, FUNCTIONS } from "#tests/support/edge_functions.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { RETELL_KEY, startFakeRetell } from "#tests/support/fake_retell.ts";
import {
  keyWithout,
  mistyped,
  refusedKeys,
  refusesKeys,
  takesKey,
} from "#tests/support/key_cases.ts";
import { bearer, call, makeKey } from "#tests/support/key_holder.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { putConfig } from "#tests/support/retell_owner.ts";
import type { Tenant, TestStack } from "#tests/support/stack.ts";
import {
  as,
  completeDue,
  makeWebhook,
  publish,
  URL_OF_NOBODY,
  webhookStack,
} from "#tests/support/webhook_owner.ts";

const indexModule = z.object({ default: z.object({ fetch: z.instanceof(Function) }) });

const ALL = await edgeFunctions();

Deno.test("every function is served by its index.ts", async () => {
  for (const { name, app } of ALL) {
    const index = indexModule.parse(await import(new URL(`${name}/index.ts`, FUNCTIONS).href));
    assert.equal(index.default.fetch, app.fetch, name);
  }
});

Deno.test("every route of every function names its operation and who may call it", () => {
  for (const { name, routes } of ALL) {
    assert(routes.length > 1, `${name} has routes`);
    const unnamed = routes.filter(({ operation }) => operation === undefined)
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(unnamed, []);
  }
});

Deno.test("every operation has a dotted name of its own", () => {
  const names = ALL.flatMap(({ routes }) => routes.map(({ operation }) => operation?.name ?? ""));
  for (const name of names) assert.match(name, /^[a-z_-]+(\.[a-z_-]+)+$/);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
});

Deno.test("every route begins with the name of its function, as the platform calls it", () => {
  for (const { name, routes } of ALL) {
    for (const { path } of routes) assert.match(path, new RegExp(`^/${name}(/|$)`));
  }
});

Deno.test("every function serves its OpenAPI document, with all of its operations", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  for (const { name, app, routes } of ALL) {
    const response = await app.request(`/${name}/openapi.json`);
    assert.equal(response.status, 200);
    const text = await response.text();
    for (const { operation } of routes) {
      if (operation?.name === `${name}.openapi`) continue;
      assert(text.includes(`"operationId":"${operation?.name}"`), String(operation?.name));
    }
  }
});

/** What attacks the routes of each kind of caller. Providers are attacked where they are answered. */
function attackOn(caller: Caller) {
  if (typeof caller === "object") {
    return "user" in caller ? refusesStrangers : refusesAllButUsersAndOperator;
  }
  if (caller === "operator") return refusesAllButOperator;
  if (caller === "scanner") return refusesAllButScanners;
  return caller === "cron" ? refusesAllButCron : undefined;
}

Deno.test("every route that is not for everyone refuses everyone else", async (t) => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  for (const { app, routes } of ALL) {
    for (const { method, path, operation } of routes) {
      const attack = operation && attackOn(operation.caller);
      if (!attack) continue;
      await t.step(operation.name, (step) => attack(step, { app, method, path: filledIn(path) }));
    }
  }
});

interface UserRoute {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly scope: Scope;
}

/** Every route for users, and those that the operator may call too. */
const USER_ROUTES = ALL.flatMap(({ routes }) => routes).flatMap(
  ({ method, path, operation }): UserRoute[] => {
    const scope = operation && scopeOf(operation.caller);
    return scope ? [{ name: operation.name, method, path, scope }] : [];
  },
);

Deno.test("a mistyped key costs no query on any route, over either way to the database; another costs one", async () => {
  await using api = startFakeApi(() => Response.json({ valid: false, code: "not_found" }));
  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const key = generateApiKey();
  const ask = async (direct: boolean, presented: string) => {
    setEnvironment({
      ...TEST_ENVIRONMENT,
      SUPABASE_URL: api.url,
      ...direct && {
        SWITCHBOARD_DB_URL: `postgres://u:p@127.0.0.1:${listener.addr.port}/postgres`,
      },
    });
    const before = api.requests.length + connections;
    for (const { app, routes } of ALL) {
      for (const { method, path, operation } of routes) {
        if (!operation || !scopeOf(operation.caller)) continue;
        await app.request(filledIn(path), { method, headers: { "x-api-key": presented } });
      }
    }
    return api.requests.length + connections - before;
  };
  using _log = captureLog();
  assert.equal(await ask(false, mistyped(key)), 0);
  assert.equal(await ask(true, mistyped(key)), 0);
  assert.equal(await ask(false, key), USER_ROUTES.length);
  assert.ok(await ask(true, key) >= USER_ROUTES.length);
  await closeHotConnections();
  listener.close();
  await accepting;
});

/** What the routes are tried on: one row of each kind, of one owner. */
interface Belongings {
  readonly exportId: string;
  readonly keyId: string;
  readonly menuId: string;
  readonly connectionId: string;
  readonly numberId: string;
  readonly sessionId: string;
  readonly callId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly replayId: string;
}

/** The row that the last parameter of a path's beginning stands for. */
const OWNED: Record<string, (owned: Belongings) => string> = {
  "/account/consents/:purpose": () => "recordings",
  "/account/retention/:policy": () => "webhook_logs",
  "/account/exports/:id": ({ exportId }) => exportId,
  "/api-keys/:id": ({ keyId }) => keyId,
  "/ivr/menus/:id": ({ menuId }) => menuId,
  "/ivr/connections/:id": ({ connectionId }) => connectionId,
  "/ivr/numbers/:id": ({ numberId }) => numberId,
  "/ivr/menus/:id/versions/:version": () => "1",
  "/ivr/sessions/:id": ({ sessionId }) => sessionId,
  "/retell/calls/:id": ({ callId }) => callId,
  "/webhooks/:id": ({ webhookId }) => webhookId,
  "/webhooks/:id/replays/:replay_id": ({ replayId }) => replayId,
  "/webhooks/deliveries/:id": ({ deliveryId }) => deliveryId,
};

/** Of the form that Twilio's have. */
const AUTH_TOKEN = "0123456789abcdef0123456789abcdef";

/** A body that each route accepts, so that nothing but the caller can be refused. */
const BODIES: Record<string, (presented: string, owned: Belongings) => unknown> = {
  "account.profile.update": () => ({ full_name: "Another" }),
  "account.avatar.set": () => undefined,
  "account.consents.set": () => ({ given: true }),
  "account.retention.set": () => ({ days: 30 }),
  "account.export.start": () => undefined,
  "api-keys.create": () => ({ name: "Another", scopes: ["api-keys:write"] }),
  "api-keys.update": () => ({ name: "Renamed" }),
  "api-keys.rotate": () => ({ overlap_hours: 1 }),
  "api-keys.revoke": () => undefined,
  "api-keys.verify": (presented) => ({ key: presented }),
  "ivr.connections.create": () => ({
    provider: "twilio",
    name: "Another",
    auth_token: AUTH_TOKEN,
  }),
  "ivr.connections.update": () => ({ name: "Renamed" }),
  "ivr.connections.rotate-secret": () => ({ auth_token: AUTH_TOKEN, overlap_hours: 0 }),
  "ivr.numbers.create": (_, { connectionId }) => ({
    connection_id: connectionId,
    number: `+1555${String(Math.random()).slice(2, 9)}`,
  }),
  "ivr.numbers.update": () => ({ label: "Another" }),
  "ivr.transfer-rules.set": () => ({ countries: ["DE"] }),
  "ivr.menus.create": () => ({ name: "Another", prompt: "Hi" }),
  "ivr.menus.update": () => ({ name: "Renamed" }),
  "ivr.menus.publish": () => undefined,
  "ivr.menus.versions.rollback": () => undefined,
  "ivr.menus.simulate": () => ({ inputs: [{ digits: "1" }] }),
  "ivr.sessions.start": () => ({ menu: "m" }),
  "ivr.sessions.input": () => ({ step: 1, digits: "1" }),
  "ivr.sessions.back": () => ({ step: 1 }),
  "ivr.sessions.end": () => ({}),
  "retell.config.put": () => ({ api_key: RETELL_KEY }),
  "retell.config.check": () => undefined,
  "retell.health-data.put": () => ({ encrypt: false }),
  "retell.sync": () => ({ since: "2026-01-01T00:00:00Z" }),
  "webhooks.create": () => ({ url: URL_OF_NOBODY, events: ["*"] }),
  "webhooks.update": () => ({ description: "Another" }),
  "webhooks.rotate-secret": () => ({ overlap_hours: 1 }),
  "webhooks.test": () => undefined,
  "webhooks.events.publish": () => ({ type: "custom.another", data: {} }),
  "webhooks.replays.start": () => ({ kind: "all", since: "2026-01-01T00:00:00Z" }),
  "webhooks.deliveries.resend": () => undefined,
};

/** Routes that programs are refused on although they hold the scope, or that take no JSON. */
const REFUSED: Record<string, number> = {
  "account.avatar.set": 415,
  // One is under way already.
  "account.export.start": 409,
  "account.delete": 403,
};

function withIds(path: string, owned: Belongings): string {
  return path.replace(/:\w+/g, (parameter, offset: number) => {
    const start = path.slice(0, offset + parameter.length);
    const idOf = OWNED[start] ?? assert.fail(`No row to try ${path} on: add one to OWNED`);
    return idOf(owned);
  });
}

/** Routes without an id in their path whose body names something of the owner's. */
const NAMES_OWNED: readonly string[] = ["ivr.numbers.create"];

function bodyFor({ name, method }: UserRoute, presented: string, owned: Belongings): unknown {
  if (name === "account.delete") return {};
  if (method === "GET" || method === "DELETE") return undefined;
  return (BODIES[name] ?? assert.fail(`No body for ${name}: add one to BODIES`))(presented, owned);
}

async function belongingsOf(stack: TestStack, owner: Tenant): Promise<Belongings> {
  const { id: keyId } = await makeKey(stack, owner);
  const items = [{ digit: "1", label: "Bye", action: "hangup" }];
  const menu = await owner.db.from("ivr_menus").insert({ key: "m", name: "M", prompt: "Hi", items })
    .select("id").single();
  const connection = await as(owner).post(stack, "/ivr/connections", {
    provider: "twilio",
    name: "Main line",
    auth_token: AUTH_TOKEN,
  });
  const connectionId = z.string().parse(connection.body.id);
  const number = await as(owner).post(stack, "/ivr/numbers", {
    connection_id: connectionId,
    number: "+15550100100",
  });
  const { id: menuId } = z.object({ id: z.string() }).parse(menu.data);
  await owner.db.rpc("publish_ivr_menu", { p_menu_id: menuId });
  const session = await as(owner).post(stack, "/ivr/sessions", { menu: menuId });
  const told = await stack.admin.rpc("retell_record_event", {
    p_user_id: owner.userId,
    p_event: { call_id: `call_${owner.userId}`, rank: 1, facts: { status: "in-progress" } },
  });
  const { id: webhookId } = await makeWebhook(stack, owner);
  const { id: event_id } = await publish(stack, owner, "custom.a");
  const [deliveryId = ""] = await completeDue({ verdict: "delivered", status_code: 200 });
  const replay = await as(owner).post(stack, `/webhooks/${webhookId}/replay`, {
    kind: "event",
    event_id,
  });
  const started = await as(owner).post(stack, "/account/export", undefined);
  return {
    keyId,
    exportId: z.string().parse(started.body.id),
    menuId,
    connectionId,
    numberId: z.string().parse(number.body.id),
    sessionId: z.string().parse(session.body.id),
    callId: z.string().parse(told.data),
    webhookId,
    deliveryId,
    replayId: z.string().parse(replay.body.replay_id),
  };
}

/** All that a tenant has, except how often its keys were used and what the trail says of it. */
async function allOf({ database }: TestStack, { userId }: Tenant): Promise<string> {
  const tables = await database.query(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'user_id' order by 1`,
  );
  const contents = await Promise.all(tables.map(async ({ name }) => {
    const rows = await database.query(
      `select (to_jsonb(t) - '{usage_count,window_start,window_count,last_hour,last_hour_count,last_used_at}'::text[])::text as row
         from public.${name} t where user_id = '${userId}' order by 1`,
    );
    return `${name} ${JSON.stringify(rows)}`;
  }));
  return contents.join("\n");
}

/** Lets a window of the limits on requests be over: there are more routes than one of them allows. */
async function forgetRequests({ database }: TestStack): Promise<void> {
  await database.query("delete from private.request_counts");
}

Deno.test("every route for users refuses keys that must not pass, and counts nothing", async (t) => {
  await using stack = await webhookStack();
  // More keys are wrong here than an address may have wrong in a minute.
  await stack.database.query(
    "update private.request_limits set per_address = 100000 where name = 'wrong_keys'",
  );
  const owner = await stack.newTenant("owner");
  const owned = await belongingsOf(stack, owner);
  const refused = await refusedKeys(stack, owner);
  const counts = () =>
    stack.database.query(
      "select id, usage_count, window_count, last_used_at from public.api_keys order by id",
    );
  for (const route of USER_ROUTES) {
    await forgetRequests(stack);
    const keys = [...refused, await keyWithout(stack, owner, route.scope)];
    const before = [await counts(), await allOf(stack, owner)];
    const json = bodyFor(route, "vx_any", owned);
    await t.step(
      route.name,
      (step) =>
        refusesKeys(step, stack, { ...route, path: withIds(route.path, owned), json }, keys),
    );
    assert.deepEqual([await counts(), await allOf(stack, owner)], before);
  }
});

Deno.test("every route for users takes a key that holds its scope and no other", async (t) => {
  await using stack = await webhookStack();
  const owner = await stack.newTenant("owner");
  for (const route of USER_ROUTES) {
    await forgetRequests(stack);
    const owned = await belongingsOf(stack, await stack.newTenant("another"));
    await t.step(route.name, () =>
      takesKey(stack, owner, {
        ...route,
        path: withIds(route.path, owned),
        json: bodyFor(route, "vx_any", owned),
      }));
  }
});

Deno.test("another tenant's key gets nothing of the owner's on any route, and changes nothing", async (t) => {
  await using retell = startFakeRetell();
  await using stack = await webhookStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const owned = await belongingsOf(stack, owner);
  // Names are each tenant's own: what the stranger asks for by name is there, and its own.
  await belongingsOf(stack, stranger);
  const { key: asked } = await makeKey(stack, owner);
  const { key } = await makeKey(stack, stranger);
  const before = await allOf(stack, owner);
  for (const route of USER_ROUTES) {
    await t.step(route.name, async () => {
      // What asks Retell needs an account there, which another of these routes deletes.
      if (route.name.startsWith("retell.")) {
        await putConfig(stack, stranger, { api_key: RETELL_KEY });
      }
      const { status, body } = await call(stack, route.method, withIds(route.path, owned), {
        json: bodyFor(route, asked, owned),
        headers: bearer(key),
      });
      if (REFUSED[route.name] !== undefined) assert.equal(status, REFUSED[route.name]);
      // Named by what they are for, and everybody has their own.
      else if (["account.consents.set", "account.retention.set"].includes(route.name)) {
        assert.equal(status, 200);
      } else if (route.path.includes(":")) {
        assert.deepEqual([status, body.code], [404, "not_found"]);
      } else if (NAMES_OWNED.includes(route.name)) assert.equal(body.code, "validation_failed");
      else assert.ok(status < 300, `${status} ${JSON.stringify(body)}`);
      for (const id of [owner.userId, ...Object.values(owned)]) {
        assert.ok(!JSON.stringify(body).includes(id), JSON.stringify(body));
      }
    });
  }
  assert.equal(await allOf(stack, owner), before);
});

/** Routes that cannot do their work without the encryption keys, whatever is stored. */
const SEALING: readonly string[] = [
  "ivr.connections.create",
  "ivr.connections.rotate-secret",
  "retell.agents.list",
  "retell.config.check",
  "retell.config.put",
  "retell.phone-numbers.list",
  "retell.sync",
  "retell.voices.list",
  "webhooks.create",
  "webhooks.rotate-secret",
  "webhooks.test",
];

Deno.test("without the encryption keys every route for users that seals or opens refuses, and no other", async (t) => {
  await using retell = startFakeRetell();
  await using stack = await webhookStack({ environment: { SWITCHBOARD_RETELL_URL: retell.url } });
  const owner = await stack.newTenant("owner");
  const owned = await belongingsOf(stack, owner);
  await putConfig(stack, owner, { api_key: RETELL_KEY });
  const { key: asked } = await makeKey(stack, owner);
  const before = await allOf(stack, owner);
  Object.assign(env(), { keyring: undefined });
  // What refuses goes first: the others change what it would be tried on.
  const routes = USER_ROUTES.toSorted((a, b) =>
    Number(SEALING.includes(b.name)) - Number(SEALING.includes(a.name)) ||
    Number(a.method === "DELETE") - Number(b.method === "DELETE")
  );
  for (const route of routes) {
    await forgetRequests(stack);
    await t.step(route.name, async () => {
      const { status, body } = await call(stack, route.method, withIds(route.path, owned), {
        json: bodyFor(route, asked, owned),
        headers: bearer(owner.jwt),
      });
      if (!SEALING.includes(route.name)) {
        assert.ok(status < 500, `${status} ${JSON.stringify(body)}`);
        return;
      }
      assert.deepEqual([status, body.code], [503, "not_configured"]);
      assert.equal(await allOf(stack, owner), before);
    });
  }
});
