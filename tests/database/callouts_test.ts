import assert from "node:assert/strict";
// @ts-types="@types/pg"
import type pg from "pg";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, type Tenants } from "#tests/support/tenants.ts";

/** Has the call of the first tenant ask outside, as the turn of a step does; answers what it was granted. */
async function ask(
  { admin, menuId }: Tenants,
  choice: object,
  { step, attempt }: { step: number; attempt: number },
) {
  const pending = { kind: "callout", step: 1, attempt, choice, then: "hangup", final: false };
  const state = { menu_stack: [menuId], no_input_count: 0, invalid_count: 0, digits: "", pending };
  return await actAs(admin, "service_role", null, async () => {
    const { rows: [row] } = await admin.query(
      `select public.ivr_commit_turn(s.id, $1, $2, $3, '{"kind": "digits"}', 'chosen', '<Say/>') as committed
         from public.ivr_sessions s where s.session_id = 'CA1'`,
      [step, menuId, JSON.stringify(state)],
    );
    return row?.committed;
  }, "commit");
}

async function settle(client: pg.Client | pg.Pool, result: object): Promise<boolean> {
  const { rows: [row] } = await client.query(
    "select public.ivr_settle_callout(s.id, 1, $1) as taken from public.ivr_sessions s where s.session_id = 'CA1'",
    [JSON.stringify(result)],
  );
  return row?.taken === true;
}

Deno.test(
  "Of twenty answers at once one stands, and a late one changes nothing",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, database } = tenants;
    await ask(tenants, { action: "agent", target: null }, { step: 1, attempt: 1 });
    const taken = await withPool(
      database.url,
      20,
      (pool) =>
        Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            settle(pool, { kind: "registered", call_id: `call_${n}` })),
        ),
    );
    assert.equal(taken.filter(Boolean).length, 1);
    assert.equal(await settle(admin, { kind: "failed" }), false);
    const { rows: [row] } = await admin.query(
      `select c.result ->> 'call_id' as result, l.retell_call_id as logged
         from private.ivr_callouts c join public.ivr_sessions s on s.id = c.session_id join public.call_logs l on l.id = s.call_log_id
        where c.step = 1`,
    );
    assert.equal(row?.result, `call_${taken.indexOf(true)}`);
    assert.equal(row?.logged, row?.result);
  },
);

Deno.test(
  "Who committed the turn may ask, once for each attempt, with the endpoint's sealed secrets",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, webhookId, owner } = tenants;
    const choice = { action: "webhook", target: webhookId, fallback: null };
    const first = await ask(tenants, choice, { step: 1, attempt: 1 });
    assert.deepEqual(first.callout.endpoint, {
      id: webhookId,
      user_id: owner,
      url: "https://example.com/hook",
      headers: "e30..AA.AA.AA",
      secrets: ["e30..AA.AA.AB", "e30..AA.AA.AA"],
    });
    assert.deepEqual(
      [first.reply, first.callout.from, first.callout.to],
      ["<Say/>", "+15550100123", "+15550100100"],
    );
    // Another delivery of the same step, and the next step of a caller who waits.
    assert.deepEqual(await ask(tenants, choice, { step: 1, attempt: 1 }), {
      reply: "<Say/>",
      callout: null,
    });
    assert.equal((await ask(tenants, choice, { step: 2, attempt: 1 })).callout, null);
    assert.equal(
      (await ask(tenants, choice, { step: 3, attempt: 2 })).callout.session_id,
      first.callout.session_id,
    );
    assert.equal(await settle(admin, { kind: "item", place: 0 }), true);
    assert.equal((await ask(tenants, choice, { step: 4, attempt: 3 })).callout, null);
  },
);

Deno.test(
  "An endpoint of another tenant, and a disabled one, is granted to nobody",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, stranger } = tenants;
    const theirs = crypto.randomUUID();
    await actAs(
      admin,
      "authenticated",
      stranger,
      () =>
        admin.query("select public.create_webhook($1, 'e30..AA.AA.AA', $2)", [
          theirs,
          JSON.stringify({ url: "https://example.org/theirs", events: ["custom.*"] }),
        ]),
      "commit",
    );
    const { rows: [disabled] } = await admin.query(
      "select id from public.webhooks where not enabled",
    );
    for (const [n, target] of [theirs, disabled?.id, crypto.randomUUID()].entries()) {
      const choice = { action: "webhook", target, fallback: null };
      const { callout } = await ask(tenants, choice, { step: n + 1, attempt: n + 1 });
      assert.ok(callout !== null && !("endpoint" in callout));
    }
  },
);

Deno.test(
  "An answer of Retell to a caller who has moved on joins no call",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, menuId } = tenants;
    await ask(tenants, { action: "agent", target: null }, { step: 1, attempt: 1 });
    const state = { menu_stack: [menuId], no_input_count: 0, invalid_count: 0, digits: "" };
    await admin.query(
      `select public.ivr_commit_turn(s.id, 2, $1, $2, '{"kind": "waited"}', 'not_connected', '<Say/>')
         from public.ivr_sessions s where s.session_id = 'CA1'`,
      [menuId, JSON.stringify(state)],
    );
    assert.equal(await settle(admin, { kind: "registered", call_id: "call_late" }), true);
    const { rows } = await admin.query(
      "select 1 from public.call_logs where retell_call_id = 'call_late'",
    );
    assert.deepEqual(rows, []);
  },
);
