import assert from "node:assert/strict";
import { exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import { generateApiKey } from "#shared/api_keys/format.ts";
import { env, setEnvironment } from "#shared/env.ts";
import { type Caller, scopeOf } from "#shared/http/operation.ts";
import { PROVIDER_NAMES, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { OptionalSecret } from "#shared/secrets.ts";
import { edgeFunctions, filledIn } from "#tests/support/edge_functions.ts";
import {
  CRON_KEY,
  environmentWithout,
  OPERATOR_KEY,
  TEST_ENVIRONMENT,
} from "#tests/support/environment.ts";
import { startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { call } from "#tests/support/key_holder.ts";
import { SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { withAccount } from "#tests/support/retell_owner.ts";
import { testStack } from "#tests/support/stack.ts";
import { signUserToken } from "#tests/support/user_token.ts";
import { as } from "#tests/support/webhook_owner.ts";

const readiness = z.object({ checks: z.array(z.object({ name: z.string(), ok: z.boolean() })) });

const ROUTES = (await edgeFunctions()).flatMap(({ app, routes }) =>
  routes.map((route) => ({ app, ...route }))
);

type Route = typeof ROUTES[number];

const { publicKey } = await generateKeyPair("ES256");
const JWKS = JSON.stringify({ keys: [await exportJWK(publicKey)] });

const isForUsers = (caller: Caller) => scopeOf(caller) !== undefined;

interface Case {
  /** Environments that lack it: as it is missing, and as it is empty. */
  readonly environments: readonly Readonly<Record<string, string>>[];
  readonly isNeededBy: (caller: Caller) => boolean;
  /** What would be let in if it were there, and what might pass for it. */
  readonly presented: () => Promise<readonly Readonly<Record<string, string>>[]>;
}

/** The secrets of single routes; all but the encryption keys, for which there must be something stored. */
const OPTIONAL: Readonly<Record<Exclude<OptionalSecret["name"], "encryption_keys">, Case>> = {
  user_token_keys: {
    environments: [
      environmentWithout("SWITCHBOARD_JWT_SECRET"),
      { ...TEST_ENVIRONMENT, SWITCHBOARD_JWT_SECRET: " ", SUPABASE_JWKS: '{"keys":[]}' },
    ],
    isNeededBy: isForUsers,
    presented: async () => [
      { authorization: `Bearer ${await signUserToken()}` },
      { authorization: `Bearer ${OPERATOR_KEY}` },
    ],
  },
  acting_key: {
    environments: [
      { ...environmentWithout("SWITCHBOARD_JWT_SECRET"), SUPABASE_JWKS: JWKS },
      { ...TEST_ENVIRONMENT, SWITCHBOARD_JWT_SECRET: "", SUPABASE_JWKS: JWKS },
    ],
    isNeededBy: isForUsers,
    presented: () => {
      const key = generateApiKey();
      return Promise.resolve([{ "x-api-key": key }, { authorization: `Bearer ${key}` }]);
    },
  },
  cron_key: {
    environments: [
      { ...TEST_ENVIRONMENT, SUPABASE_SECRET_KEYS: JSON.stringify({ default: OPERATOR_KEY }) },
    ],
    isNeededBy: (caller) => caller === "cron",
    presented: () =>
      Promise.resolve([{ apikey: CRON_KEY }, { apikey: OPERATOR_KEY }, { apikey: "undefined" }]),
  },
};

async function answerOf({ app, method, path }: Route, headers: Readonly<Record<string, string>>) {
  const response = await app.request(filledIn(path), { method, headers });
  const text = await response.text();
  return {
    status: response.status,
    code: text.startsWith("{") ? JSON.parse(text).code : undefined,
  };
}

for (const [name, { environments, isNeededBy, presented }] of Object.entries(OPTIONAL)) {
  Deno.test(`without ${name} every route that needs it refuses, and asks nobody`, async (t) => {
    const needing = ROUTES.filter(({ operation }) => operation && isNeededBy(operation.caller));
    assert.ok(needing.length > 0);
    using _log = captureLog();
    for (const environment of environments) {
      await using api = startFakeApi(() => Response.json(null));
      setEnvironment({ ...environment, SUPABASE_URL: api.url });
      for (const route of needing) {
        await t.step(String(route.operation?.name), async () => {
          for (const headers of await presented()) {
            assert.deepEqual(await answerOf(route, headers), {
              status: 503,
              code: "not_configured",
            });
          }
        });
      }
      assert.deepEqual(api.requests, []);
    }
  });
}

Deno.test("without what everything needs no route of any function is served, and the log names it", async (t) => {
  const user = { authorization: `Bearer ${await signUserToken()}` };
  for (
    const variable of ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS"] as const
  ) {
    for (
      const environment of [environmentWithout(variable), { ...TEST_ENVIRONMENT, [variable]: "" }]
    ) {
      await t.step(`${variable}, ${variable in environment ? "empty" : "missing"}`, async () => {
        using log = captureLog();
        setEnvironment(environment);
        for (const route of ROUTES) {
          const apikey = route.operation?.caller === "cron" ? CRON_KEY : OPERATOR_KEY;
          const answer = await answerOf(route, { ...user, apikey });
          assert.deepEqual(answer, { status: 503, code: "not_configured" }, route.path);
        }
        const told = log.lines.filter(({ event }) => event === "request");
        assert.equal(told.length, ROUTES.length);
        for (const line of told) assert.match(JSON.stringify(line.cause), new RegExp(variable));
      });
    }
  }
});

Deno.test("without the URL of the keys that reports of leaks are signed with, no report is taken", async () => {
  const scanners = ROUTES.filter(({ operation }) => operation?.caller === "scanner");
  assert.ok(scanners.length > 0);
  using _log = captureLog();
  for (const url of [undefined, ""]) {
    setEnvironment({
      ...TEST_ENVIRONMENT,
      ...url === undefined ? {} : { SWITCHBOARD_LEAK_KEYS_URL: url },
    });
    for (const route of scanners) {
      assert.deepEqual(await answerOf(route, { apikey: OPERATOR_KEY }), {
        status: 503,
        code: "not_configured",
      });
    }
  }
});

/** What works without the encryption keys for callers who are no user: the others open what is stored. */
const UNSEALED: readonly string[] = ["health.schema", "maintenance.run", "webhooks.limits.set"];

Deno.test("without the encryption keys no provider, Retell or schedule is served by what opens what is stored", async (t) => {
  await using stack = await testStack();
  const { owner, hook } = await withAccount(stack);
  const connections = new Map<string, string>();
  for (const provider of PROVIDER_NAMES) {
    const auth_token = SIGNING_SECRETS[provider]();
    const { body } = await as(owner).post(stack, "/ivr/connections", {
      provider,
      name: "Main line",
      auth_token,
    });
    connections.set(provider, z.string().parse(body.id));
  }
  const { cron_key, secret_key } = stack.secrets;
  Object.assign(env(), { keyring: undefined });
  for (const { method, path, operation } of ROUTES) {
    if (!operation || isForUsers(operation.caller)) continue;
    if (operation.caller === "public" || operation.caller === "scanner") continue;
    await t.step(operation.name, async () => {
      const provider = PROVIDER_NAMES.find((name) => path.startsWith(`/ivr/${name}/`));
      const { status, body } = await call(
        stack,
        method,
        operation.caller === "retell"
          ? hook
          : filledIn(path.replace(":connectionId", connections.get(provider ?? "") ?? "")),
        {
          headers: {
            apikey: operation.caller === "cron" ? cron_key : secret_key,
            ...provider && { "content-type": PROVIDERS[provider].accepts },
          },
          ...method === "GET" ? {} : { text: "{}" },
        },
      );
      if (UNSEALED.includes(operation.name)) assert.ok(status < 500, JSON.stringify(body));
      else assert.deepEqual([status, body.code], [503, "not_configured"]);
    });
  }
});

Deno.test("GET /health/ready names each missing secret to the operator, and no other", async () => {
  using _log = captureLog();
  await using api = startFakeApi(() => Response.json({ schema_version: "29991231235959" }));
  const ready = ROUTES.find(({ operation }) => operation?.name === "health.ready") ?? assert.fail();
  const missing = {
    ...Object.fromEntries(
      Object.entries(OPTIONAL).map(([name, { environments }]) => [name, environments]),
    ),
    encryption_keys: [environmentWithout("SWITCHBOARD_ENCRYPTION_KEYS")],
  };
  for (const [name, environments] of Object.entries(missing)) {
    for (const environment of environments) {
      setEnvironment({ ...environment, SUPABASE_URL: api.url });
      const response = await ready.app.request(ready.path, { headers: { apikey: OPERATOR_KEY } });
      const { checks } = readiness.parse(await response.json());
      const failed = checks.filter(({ ok }) => !ok).map((check) => check.name);
      // Where no token can be verified, none could be signed by the same secret either.
      const also = name === "user_token_keys" ? ["acting_key"] : [];
      assert.deepEqual([response.status, failed], [503, [name, ...also]]);
    }
  }
});
