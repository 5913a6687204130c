import assert from "node:assert/strict";
import { createDatabase, onPostgres, withPool } from "#tests/support/databases.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  readTwiml,
  twilioRequest,
  type Twiml,
} from "#tests/support/phone_line.ts";
import {
  type Deployment,
  newDeployment,
  type StackProcess,
  startProcess,
} from "#tests/support/processes.ts";
import { answersWith, readToEnd, startReceiver } from "#tests/support/receivers.ts";
import { newTenant } from "#tests/support/stack.ts";

const LOOPBACK = {
  SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
  SWITCHBOARD_DISPATCH_KICK: "false",
};

/** A call to a line whose first item asks an endpoint, as any process of a deployment may be told of it. */
async function askingCall(deployment: Deployment, { url }: StackProcess, endpoint: string) {
  const tenant = await newTenant(url, deployment.secrets, "owner");
  const line = await newLine(url, tenant);
  const made = await fetch(`${url}/functions/v1/webhooks`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.jwt}`, "content-type": "application/json" },
    body: JSON.stringify({ url: endpoint, events: ["custom.*"] }),
  });
  assert.equal(made.status, 201, await made.text());
  const { error } = await tenant.db.from("ivr_menus").update({
    items: [
      { digit: "1", label: "Order", action: "webhook", target: endpoint },
      { digit: "2", label: "Sales", action: "submenu", target: "sales" },
    ],
  }).eq("id", line.menuId);
  assert.equal(error, null);
  const published = await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  assert.equal(published.error, null);
  const call = incomingCall(line);
  const post = async (process: StackProcess, signedUrl: string, further: Parameters = {}) => {
    const to = signedUrl.replace(deployment.publicUrl, `${process.url}/functions/v1`);
    const request = twilioRequest(to, { ...call, ...further }, line.authToken, { signedUrl });
    const response = await fetch(request);
    assert.equal(response.headers.get("x-problem-code"), null);
    return await readTwiml(response);
  };
  return { post, voice: line.urls.voice };
}

function redirectOf({ text }: Twiml): string {
  const [, url = assert.fail("The document leads nowhere")] =
    /<Redirect [^>]*>([^<]*)</.exec(text) ?? [];
  return url.replaceAll("&amp;", "&");
}

Deno.test(
  "Twenty deliveries to four processes of a step that asks make one request, and all later ones one turn each",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using receiver = startReceiver(answersWith(200, '{"digit":"2"}'));
    const deployment = newDeployment({ kind: "postgres", url: database.url }, LOOPBACK);
    const processes = [await startProcess(deployment)];
    try {
      const more = Array.from({ length: 3 }, () => startProcess(deployment));
      processes.push(...await Promise.all(more));
      const [first = assert.fail()] = processes;
      const { post, voice } = await askingCall(deployment, first, receiver.url);
      const deliver = async (url: string, further?: Parameters) => {
        const replies = await Promise.all(
          Array.from(
            { length: 20 },
            (_, n) => post(processes[n % processes.length] ?? first, url, further),
          ),
        );
        assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
        return replies[0] ?? assert.fail();
      };
      const menu = await deliver(voice);
      let document = await deliver(menu.action, { Digits: "1" });
      assert.deepEqual(document.said, ["One moment, please."]);
      // As many turns as it takes for the answer to be there.
      while (!document.said.includes("This is sales.")) {
        document = await deliver(redirectOf(document));
      }
      assert.equal(receiver.requests.length, 1);
    } finally {
      await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
    }
    const { rows } = await withPool(database.url, 1, (pool) =>
      pool.query(
        "select s.step = count(*) as one_each, count(*) filter (where t.item = '1') as asked from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id group by s.id, s.step",
      ));
    assert.deepEqual(rows, [{ one_each: true, asked: "1" }]);
  },
);

Deno.test(
  "A process that is killed while it asks loses no call: the reply stands, and another asks once more",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const received = Promise.withResolvers<void>();
    let isUp = false;
    const answer = answersWith(200, '{"digit":"2"}');
    await using receiver = startReceiver((connection, request) => {
      received.resolve();
      return isUp ? answer(connection, request) : readToEnd(connection);
    });
    const deployment = newDeployment({ kind: "postgres", url: database.url }, LOOPBACK);
    const first = await startProcess(deployment);
    const { post, voice } = await askingCall(deployment, first, receiver.url);
    const { action } = await post(first, voice);
    const asked = await post(first, action, { Digits: "1" });
    await received.promise;
    await first.kill();

    await using second = await startProcess(deployment);
    assert.equal((await post(second, action, { Digits: "1" })).text, asked.text);
    let document = await post(second, redirectOf(asked));
    assert.deepEqual(document.verbs, ["Pause", "Redirect"]);
    // Rather than wait for it.
    await withPool(
      database.url,
      1,
      (pool) =>
        pool.query("update private.ivr_callouts set asked_at = asked_at - interval '4 seconds'"),
    );
    isUp = true;
    while (!document.said.includes("This is sales.")) {
      document = await post(second, redirectOf(document));
    }
    const ids = receiver.requests.map(({ headers }) => headers["webhook-id"]);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
  },
);
