import assert from "node:assert/strict";
import type { Fields } from "#local/phone/dialect.ts";
import { DIALECTS } from "#local/phone/dialects.ts";
import { PROVIDER_NAMES } from "#shared/ivr/providers/mod.ts";
import { setLogSink } from "#shared/log.ts";
import { callAt, linkIn, secretsOf } from "#tests/support/call_at.ts";
import { countRows } from "#tests/support/app_session.ts";
import { recordingToken } from "#tests/support/recorded_call.ts";
import { testStack } from "#tests/support/stack.ts";

const PIN = "4815926";

/** A code that nobody may keep, then a menu that ends. */
const MENU = {
  key: "main",
  name: "Main",
  prompt: "Your code.",
  items: [{ digit: PIN, label: "Code", action: "repeat", sensitive: true }],
};

/** What no provider sends, and a broken or hostile one may. */
const GARBAGE = ["\0", "\ud800", "?", "9".repeat(9_000), "1e999"];

for (const provider of PROVIDER_NAMES) {
  Deno.test(`At ${provider} a repeat gets the same bytes, and what is out of turn or forged changes nothing`, async () => {
    await using stack = await testStack();
    const tenant = await stack.newTenant();
    const call = await callAt(stack, tenant, provider, MENU);
    const other = await callAt(stack, tenant, provider, MENU);
    const turn = linkIn(call.document, "turn");
    const gathered = (digits: string) => call.fields({ of: "gather", digits, finishedOnKey: "" });

    const first = await (await call.post(turn, gathered("1"))).text();
    const before = await countRows(stack);
    assert.equal(await (await call.post(turn, gathered("2"))).text(), first);
    await (await other.post(linkIn(other.document, "turn"), other.fields())).body?.cancel();
    const rows = await countRows(stack);
    // Another call's token, one for recordings, and none.
    const tokens = [
      new URL(linkIn(other.document, "turn")).searchParams.get("token") ?? assert.fail(),
      await recordingToken(call.connectionId, call.leg.id),
      "1.x",
      "",
    ];
    for (const token of tokens) {
      const url = `${call.base}/turn?token=${token}`;
      const reply = await call.post(url, gathered("1"));
      assert.deepEqual([reply.status, reply.headers.get("x-problem-code")], [
        200,
        "invalid_step_token",
      ]);
    }
    const elsewhere = await call.post(
      `${call.base}/recording${new URL(turn).search}`,
      gathered("1"),
    );
    assert.equal(elsewhere.status, 403);
    for (const route of ["voice", "turn", "status", "recording"]) {
      const forged = await call.post(
        `${call.base}/${route}`,
        gathered("1"),
        secretsOf(provider).secret,
      );
      assert.equal(forged.status, 403, route);
    }
    assert.deepEqual(await countRows(stack), rows);
    assert.notDeepEqual(rows, before);
  });

  Deno.test(`Garbage that ${provider} signed is an apology to the caller and a problem to nobody else`, async () => {
    await using stack = await testStack();
    const call = await callAt(stack, await stack.newTenant(), provider, MENU);
    const turn = linkIn(call.document, "turn");
    const sent = call.fields({ of: "gather", digits: "1", finishedOnKey: "" });
    for (const [name] of sent) {
      for (const value of GARBAGE) {
        const fields: Fields = sent.map(([other, kept]) => [other, other === name ? value : kept]);
        for (const url of [`${call.base}/voice`, turn]) {
          const reply = await call.post(url, fields);
          assert.ok([200, 204].includes(reply.status), `${name}=${value} is ${reply.status}`);
          assert.doesNotMatch(
            reply.headers.get("x-problem-code") ?? "",
            /internal|database/,
            `${name}=${value}`,
          );
          await reply.body?.cancel();
        }
        for (const route of ["status", `recording${new URL(turn).search}`]) {
          const { status } = await call.post(`${call.base}/${route}`, fields);
          assert.ok(status < 500, `${route}: ${name}=${value} is ${status}`);
        }
      }
    }
  });

  Deno.test(`What is entered at ${provider} in a sensitive menu is in no row, no log and no document`, async () => {
    await using stack = await testStack();
    const lines: string[] = [];
    setLogSink((line) => lines.push(line));
    const call = await callAt(stack, await stack.newTenant(), provider, MENU);
    const wrong = "4815927";
    let turn = linkIn(call.document, "turn");
    for (const digits of [wrong, `${wrong}?`, PIN]) {
      const reply = await call.post(turn, call.fields({ of: "gather", digits, finishedOnKey: "" }));
      const text = await reply.text();
      assert.ok(!text.includes(wrong) && !text.includes(PIN), text);
      if (reply.headers.get("x-problem-code") === null) turn = linkIn(text, "turn");
    }
    const log = lines.join("\n");
    assert.ok(lines.length > 3 && !log.includes(wrong) && !log.includes(PIN), log);
    const tables = await stack.database.query(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'private') and c.relkind = 'r'`,
    );
    for (const { name } of tables) {
      const text = JSON.stringify(
        await stack.database.query(`select t::text as row from ${name} t`),
      );
      assert.ok(!text.includes(wrong), `${name} holds what was entered`);
    }
  });
}

Deno.test("What Vonage signed of one call is not taken for another's, whatever the URL says", async () => {
  await using stack = await testStack();
  const call = await callAt(stack, await stack.newTenant(), "vonage", MENU);
  const another = { ...call.leg, id: DIALECTS.vonage.newId("call") };
  const ended = DIALECTS.vonage.status(another, {
    progress: "ended",
    sequence: 1,
    at: new Date(),
    seconds: 3,
    endedBy: "caller",
    busy: false,
  });
  const named = `call=${call.leg.id}`;
  assert.equal((await call.post(`${call.base}/status?${named}`, ended)).status, 204);
  const rung = DIALECTS.vonage.fields(another, "ringing");
  assert.equal((await call.post(`${call.base}/voice?${named}`, rung)).status, 200);
  const sessions = await stack.database.query(
    "select session_id = $1 as named, end_reason from public.ivr_sessions order by named",
    [call.leg.id],
  );
  assert.deepEqual(sessions, [
    { named: false, end_reason: "caller_hung_up" },
    { named: true, end_reason: null },
  ]);
});
