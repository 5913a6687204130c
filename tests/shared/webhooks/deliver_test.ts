import assert from "node:assert/strict";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { setEnvironment } from "#shared/env.ts";
import { WebhookClient } from "#shared/webhooks/client.ts";
import { deliver } from "#shared/webhooks/deliver.ts";
import type { ClaimedDelivery, Delivery, Outcome } from "#shared/webhooks/queue.ts";
import { SealedTexts } from "#shared/webhooks/sealed_texts.ts";
import { newSecret } from "#shared/webhooks/signature.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import {
  answersWith,
  ANY_RUNTIME,
  readToEnd,
  type Receiver,
  startReceiver,
} from "#tests/support/receivers.ts";
import { isVerified } from "#tests/support/verifiers.ts";

const KEYRING = parseKeyring(TEST_ENVIRONMENT.SWITCHBOARD_ENCRYPTION_KEYS);
const USER = crypto.randomUUID();
const WEBHOOK = crypto.randomUUID();
const PAYLOAD = '{"type":"call.started",  "data":{"name":"Zoë ☎ 通話"}}';

const sealed = (column: "secret" | "headers", text: string, row = WEBHOOK) =>
  seal(text, { user: USER, table: "webhooks", column, row }, KEYRING);

interface Parts {
  readonly secrets: readonly string[];
  readonly headers?: string | null;
  readonly schedule?: number[];
}

function newDelivery(url: string, { secrets, headers = null, schedule = [5] }: Parts): Delivery {
  return {
    id: crypto.randomUUID(),
    fence: 3,
    webhook_id: WEBHOOK,
    event_id: crypto.randomUUID(),
    attempt: 1,
    origin: "event",
    schedule,
    endpoint: { user_id: USER, url, secrets: [...secrets], headers },
    event: { type: "call.started", payload: PAYLOAD, sealed: null },
  };
}

/** Delivers for real, on this machine. */
async function send(delivery: ClaimedDelivery, { deadlineMs = 5_000 } = {}): Promise<Outcome> {
  setEnvironment(TEST_ENVIRONMENT);
  await using client = new WebhookClient({ allowLoopback: true, deadlineMs });
  return await deliver(delivery, { client, sealed: new SealedTexts(KEYRING), random: () => 0.5 });
}

/** What the outcome says beside what it is about. */
function told({ id: _, fence: __, duration_ms, ...rest }: Outcome) {
  assert.ok(Number.isInteger(duration_ms) && duration_ms >= 0);
  return rest;
}

function lastRequest({ requests }: Receiver) {
  return requests.at(-1) ?? assert.fail("nothing was received");
}

Deno.test(
  "a delivery is what its event's body is, byte for byte, and verifies",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200, "ok"));
    const secret = newSecret();
    const delivery = newDelivery(receiver.url, { secrets: [await sealed("secret", secret)] });
    const outcome = await send(delivery);
    assert.deepEqual(told(outcome), {
      verdict: "delivered",
      status_code: 200,
      error: null,
      response_body: "ok",
      retry_in_ms: null,
    });
    assert.deepEqual([outcome.id, outcome.fence], [delivery.id, 3]);
    const { headers, body } = lastRequest(receiver);
    assert.equal(body, PAYLOAD);
    assert.equal(headers["webhook-id"], delivery.event_id);
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["user-agent"], "Switchboard-Webhooks/1");
    assert.equal(isVerified(headers, body, secret), true);
  },
);

Deno.test(
  "deliveries verify before, during and after a secret's rotation",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    const [old, current] = [newSecret(), newSecret()];
    const [sealedOld, sealedCurrent] = [
      await sealed("secret", old),
      await sealed("secret", current),
    ];
    const verifiesWith = async (...secrets: string[]) => {
      assert.equal((await send(newDelivery(receiver.url, { secrets }))).verdict, "delivered");
      const { headers, body } = lastRequest(receiver);
      return [old, current].map((secret) => isVerified(headers, body, secret));
    };
    assert.deepEqual(await verifiesWith(sealedOld), [true, false]);
    assert.deepEqual(await verifiesWith(sealedCurrent, sealedOld), [true, true]);
    assert.deepEqual(await verifiesWith(sealedCurrent), [false, true]);
  },
);

Deno.test("each attempt has its own time, and the same id", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(answersWith(500));
  const secret = newSecret();
  const delivery = newDelivery(receiver.url, { secrets: [await sealed("secret", secret)] });
  await using client = new WebhookClient({ allowLoopback: true });
  const tools = { client, sealed: new SealedTexts(KEYRING) };
  await deliver(delivery, { ...tools, now: () => 1_700_000_000_999 });
  await deliver({ ...delivery, attempt: 2 }, { ...tools, now: () => 1_700_000_005_000 });
  assert.deepEqual(receiver.requests.map(({ headers }) => headers["webhook-timestamp"]), [
    "1700000000",
    "1700000005",
  ]);
  assert.equal(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size, 1);
});

Deno.test("an owner's headers are sent, and none of them twice", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(answersWith(200));
  const custom = { "Authorization": "Bearer x", "X-Tenant": "one", "User-Agent": "theirs" };
  const delivery = newDelivery(receiver.url, {
    secrets: [await sealed("secret", newSecret())],
    headers: await sealed("headers", JSON.stringify(custom)),
  });
  assert.equal((await send(delivery)).verdict, "delivered");
  const { headers } = lastRequest(receiver);
  assert.equal(headers.authorization, "Bearer x");
  assert.equal(headers["x-tenant"], "one");
  assert.equal(headers["user-agent"], "theirs");
});

Deno.test(
  "headers that an owner must not set fail their delivery, and nothing is sent",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    const secrets = [await sealed("secret", newSecret())];
    const documents = [
      { "webhook-signature": "v1,forged" },
      { Host: "169.254.169.254" },
      { "content-length": "0" },
      { "x-a": "b\r\nwebhook-id: forged" },
      ["x"],
      "x",
    ];
    for (const document of documents) {
      using log = captureLog();
      const headers = await sealed("headers", JSON.stringify(document));
      assert.deepEqual(told(await send(newDelivery(receiver.url, { secrets, headers }))), {
        verdict: "retry",
        status_code: null,
        error: "unreadable_headers: The endpoint's custom headers cannot be used",
        response_body: null,
        retry_in_ms: 5_000,
      });
      assert.equal(log.lines.length, 1);
    }
    assert.equal(receiver.connections, 0);
  },
);

Deno.test(
  "a secret that cannot be opened fails its delivery, and nothing is sent",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200));
    const otherKeys = parseKeyring(`{"active":"k2","keys":{"k2":"${btoa("x".repeat(32))}"}}`);
    const binding = { user: USER, table: "webhooks", column: "secret", row: WEBHOOK };
    const bad = {
      "of another row": await sealed("secret", newSecret(), crypto.randomUUID()),
      "of another column": await sealed("headers", newSecret()),
      "under a key that is gone": await seal(newSecret(), binding, otherKeys),
      "noise": "x",
    };
    const good = await sealed("secret", newSecret());
    for (const [name, secret] of Object.entries(bad)) {
      for (const secrets of [[secret], [good, secret]]) {
        using log = captureLog();
        const outcome = await send(newDelivery(receiver.url, { secrets }));
        assert.equal(outcome.verdict, "retry", name);
        assert.equal(
          outcome.error,
          "unreadable_secret: The endpoint's secret cannot be opened",
          name,
        );
        assert.deepEqual(log.lines.map(({ level }) => level), ["error"], name);
      }
    }
    assert.equal(receiver.connections, 0);
  },
);

Deno.test("a secret that is none, or not there, fails its delivery", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(answersWith(200));
  for (const secrets of [[], [await sealed("secret", "whsec_hunter2")]]) {
    using log = captureLog();
    const outcome = await send(newDelivery(receiver.url, { secrets }));
    assert.equal(outcome.error, "internal_error: The delivery could not be made");
    assert.doesNotMatch(log.text.join(), /hunter2/);
  }
  assert.equal(receiver.connections, 0);
});

Deno.test("what cannot be read is not sent, and tried again by its schedule", async () => {
  using _log = captureLog();
  const { endpoint: _, event: __, ...held } = newDelivery("", { secrets: [], schedule: [7] });
  assert.deepEqual(told(await send({ ...held, endpoint: undefined })), {
    verdict: "retry",
    status_code: null,
    error: "internal_error: The delivery cannot be read",
    response_body: null,
    retry_in_ms: 7_000,
  });
  const last = await send({ ...held, endpoint: undefined, attempt: 2 });
  assert.equal(last.verdict, "failed");
});

Deno.test(
  "neither outcome nor log shows the path, the query or a secret of an endpoint",
  ANY_RUNTIME,
  async () => {
    const receiver = startReceiver(readToEnd);
    const secret = newSecret();
    const secrets = [await sealed("secret", secret)];
    using log = captureLog();
    const urls = [
      receiver.url,
      receiver.url.replace("http:", "https:"),
      "http://localhost:1/in/path-secret?key=query-secret",
      "https://10.0.0.1/in/path-secret?key=query-secret",
      "https://user:query-secret@example.com/in/path-secret",
      "path-secret",
    ];
    for (const url of urls) {
      const { verdict, error } = await send(newDelivery(url, { secrets }), { deadlineMs: 100 });
      assert.equal(verdict, "retry");
      assert.doesNotMatch(`${error} ${log.text}`, /path-secret|query-secret|whsec/, url);
    }
    await receiver[Symbol.asyncDispose]();
  },
);

Deno.test("an answer decides what becomes of the delivery", ANY_RUNTIME, async (t) => {
  const secrets = [await sealed("secret", newSecret())];
  const cases = {
    "410": [answersWith(410, "no"), "gone", null],
    "webhook-delivery: disable": [
      answersWith(400, "", { "Webhook-Delivery": "disable" }),
      "disabled",
      null,
    ],
    "webhook-delivery: abort-message": [
      answersWith(400, "", { "webhook-delivery": "abort-message" }),
      "failed",
      null,
    ],
    "Retry-After": [answersWith(503, "", { "retry-after": "90" }), "retry", 90_000],
    "a redirect": [answersWith(302, "", { location: "http://169.254.169.254/" }), "retry", 5_000],
    "an error": [answersWith(500, "oops"), "retry", 5_000],
  } as const;
  for (const [name, [behaviour, verdict, retryInMs]] of Object.entries(cases)) {
    await t.step(name, async () => {
      await using receiver = startReceiver(behaviour);
      const outcome = await send(newDelivery(receiver.url, { secrets }));
      assert.deepEqual([outcome.verdict, outcome.retry_in_ms], [verdict, retryInMs]);
    });
  }
});

Deno.test(
  "an endpoint may take a delivery and be disabled by the same answer",
  ANY_RUNTIME,
  async () => {
    await using receiver = startReceiver(answersWith(200, "", { "webhook-delivery": "disable" }));
    const secrets = [await sealed("secret", newSecret())];
    assert.deepEqual(told(await send(newDelivery(receiver.url, { secrets }))), {
      verdict: "disabled",
      status_code: 200,
      error: null,
      response_body: "",
      retry_in_ms: null,
    });
  },
);

Deno.test("a test's delivery has no second attempt", ANY_RUNTIME, async () => {
  await using receiver = startReceiver(answersWith(500));
  const secrets = [await sealed("secret", newSecret())];
  const outcome = await send(newDelivery(receiver.url, { secrets, schedule: [] }));
  assert.equal(outcome.verdict, "failed");
});
