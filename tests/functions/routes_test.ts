import assert from "node:assert/strict";
import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { closeHotConnections } from "#shared/db/hot.ts";
import { setEnvironment } from "#shared/env.ts";
import type { Scope } from "#shared/auth/scopes.ts";
import { type Caller, type ListedRoute, listRoutes, scopeOf } from "#shared/http/operation.ts";
import {
  refusesAllButCron,
  refusesAllButOperator,
  refusesAllButScanners,
  refusesAllButUsersAndOperator,
  refusesStrangers,
} from "#tests/support/auth_cases.ts";
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

/** Routes that programs are refused on although they hold the scope, or that take no JSON. */
const REFUSED: Record<string, number> = {
  "account.avatar.set": 415,
  // One is under way already.
  "account.export.start": 409,
  "account.delete": 403,
};

/** Routes without an id in their path whose body names something of the owner's. */
const NAMES_OWNED: readonly string[] = ["ivr.numbers.create"];

/** All that a tenant has, except how often its keys were used and what the trail says of it. */
async function allOf({ database }: TestStack, { userId }: Tenant): Promise<string> {
  const tables = await database.query(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'user_id' order by 1`,
  );
  const contents = await Promise.all(tables.map(async ({ name }) => {
    const rows = await database.query(
      `select (to_jsonb(t) - '{usage_count,window_start,window_count,last_used_at}'::text[])::text as row
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
