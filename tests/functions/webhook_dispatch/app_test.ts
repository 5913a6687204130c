import assert from "node:assert/strict";
import { env, setEnvironment } from "#shared/env.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { closeWebhookConnections } from "#shared/webhooks/sender.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { CRON_KEY, environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { type FakeApi, startFakeApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { answersWith, ANY_RUNTIME, startReceiver } from "#tests/support/receivers.ts";
import { isVerified } from "#tests/support/verifiers.ts";
import { app } from "../../../supabase/functions/webhook-dispatch/app.ts";

const NOTHING = { deliveries: [], endpoints: {}, events: {}, next_due_ms: null };

const dispatched = () =>
  app.request("/webhook-dispatch", { method: "POST", headers: { apikey: CRON_KEY } });

/** A database with one delivery in its queue. */
function startQueue(claimed: () => object): FakeApi {
  let isClaimed = false;
  const api = startFakeApi(() => {
    if (!api.requests.at(-1)?.path.endsWith("claim_webhook_deliveries")) {
      return Response.json({ completed: 1, stale: 0 });
    }
    const answer = isClaimed ? NOTHING : claimed();
    isClaimed = true;
    return Response.json(answer);
  });
  return api;
}

/** What a queue gives for one endpoint. */
async function oneDelivery(url: string, secret: string) {
  const [user, webhook, event] = Array.from({ length: 3 }, () => crypto.randomUUID());
  const binding = { user: user ?? "", table: "webhooks", column: "secret", row: webhook ?? "" };
  const id = crypto.randomUUID();
  return {
    deliveries: [
      {
        id,
        fence: 1,
        webhook_id: webhook,
        event_id: event,
        attempt: 1,
        origin: "event",
        schedule: [5],
      },
    ],
    endpoints: {
      [webhook ?? ""]: {
        user_id: user,
        url,
        secrets: [await seal(secret, binding, requireKeyring())],
        headers: null,
      },
    },
    events: { [event ?? ""]: { type: "test.ping", payload: "{}", sealed: null } },
    next_due_ms: 0,
  };
}

Deno.test(
  "POST /webhook-dispatch sends what is due and says what it did",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(204));
    const secret = newSecret();
    setEnvironment(TEST_ENVIRONMENT);
    const claimed = await oneDelivery(receiver.url, secret);
    await using api = startQueue(() => claimed);
    setEnvironment({
      ...TEST_ENVIRONMENT,
      SUPABASE_URL: api.url,
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
    });
    using log = captureLog();
    const response = await dispatched();
    assert.equal(response.status, 200);
    const did = { claimed: 1, delivered: 1, failed: 0, retried: 0, stale: 0, more: false };
    assert.deepEqual(await response.json(), did);
    const [request] = receiver.requests;
    assert.equal(isVerified({ ...request?.headers }, request?.body ?? "", secret), true);
    const line = log.lines.find(({ event }) => event === "request");
    assert.deepEqual([line?.operation, line?.delivered], ["webhook-dispatch.run", 1]);
    await closeWebhookConnections();
  },
);

Deno.test(
  "POST /webhook-dispatch sends nothing to this machine unless it is allowed",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(204));
    setEnvironment(TEST_ENVIRONMENT);
    const claimed = await oneDelivery(receiver.url, newSecret());
    await using api = startQueue(() => claimed);
    setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
    using _log = captureLog();
    const did = { claimed: 1, delivered: 0, failed: 0, retried: 1, stale: 0, more: false };
    assert.deepEqual(await (await dispatched()).json(), did);
    assert.equal(receiver.connections, 0);
    await closeWebhookConnections();
  },
);

Deno.test(
  "POST /webhook-dispatch asks for another run where one cannot send all that is due",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(204));
    setEnvironment(TEST_ENVIRONMENT);
    const { deliveries: [delivery], ...rest } = await oneDelivery(receiver.url, newSecret());
    const kicked = Promise.withResolvers<void>();
    await using api = startFakeApi(({ path }) => {
      if (path === "/functions/v1/webhook-dispatch") kicked.resolve();
      return Response.json(
        path.endsWith("claim_webhook_deliveries")
          ? { ...rest, deliveries: Array(16).fill(delivery) }
          : { completed: 1, stale: 0 },
      );
    });
    setEnvironment({
      ...TEST_ENVIRONMENT,
      SUPABASE_URL: api.url,
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
    });
    using _log = captureLog();
    assert.equal((await (await dispatched()).json()).more, true);
    await kicked.promise;
    await closeWebhookConnections();
  },
);

Deno.test("POST /webhook-dispatch claims nothing that it could not send", ANY_RUNTIME, async () => {
  await using api = startQueue(() => NOTHING);
  using _log = captureLog();
  setEnvironment({
    ...environmentWithout("SWITCHBOARD_ENCRYPTION_KEYS"),
    SUPABASE_URL: api.url,
  });
  assert.equal(env().keyring, undefined);
  const response = await dispatched();
  assert.deepEqual([response.status, (await response.json()).code], [503, "not_configured"]);
  assert.deepEqual(api.requests, []);
});

Deno.test("POST /webhook-dispatch says that the database is away", ANY_RUNTIME, async () => {
  await using api = startFakeApi(() => new Response("Bad gateway", { status: 502 }));
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  using _log = captureLog();
  const response = await dispatched();
  assert.equal(response.status, 503);
  await response.body?.cancel();
  await closeWebhookConnections();
});
