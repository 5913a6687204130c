import assert from "node:assert/strict";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";

Deno.test(
  "Forty transfers at once are as many as the hour has left, and the next hour has as many again",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger, database } = tenants;
    await actAs(
      admin,
      "authenticated",
      owner,
      () => admin.query("select public.set_transfer_rules(array['DE'], '{}', 7)"),
      "commit",
    );
    const allowed = await withPool(database.url, 8, async (pool) => {
      const taken = await Promise.all(
        Array.from(
          { length: 40 },
          () => pool.query("select private.count_transfer($1) as ok", [owner]),
        ),
      );
      return taken.filter(({ rows: [row] }) => row?.ok).length;
    });
    assert.equal(allowed, 7);
    const count = async (user: string) =>
      (await admin.query("select private.count_transfer($1) as ok", [user])).rows[0]?.ok;
    assert.equal(await count(stranger), true);
    await admin.query("update private.transfer_counts set hour = hour - interval '1 hour'");
    assert.equal(await count(owner), true);
  },
);

Deno.test("A tenant that allows no transfers has none", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  await actAs(
    admin,
    "authenticated",
    owner,
    () => admin.query("select public.set_transfer_rules(null, '{}', 0)"),
    "commit",
  );
  const { rows: [row] } = await admin.query("select private.count_transfer($1) as ok", [owner]);
  assert.equal(row?.ok, false);
});

Deno.test("Rules that could not be meant are refused", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const set = (...rules: unknown[]) =>
    sqlState(() =>
      actAs(
        admin,
        "authenticated",
        owner,
        () => admin.query("select public.set_transfer_rules($1, $2, $3)", rules),
      )
    );
  assert.equal(await set(["DE", "US"], ["+1900", "+881"], 5), null);
  assert.equal(await set(null, [], 5), null);
  assert.equal(await set([], [], 5), null);
  for (
    const rules of [
      [["Germany"], [], 5],
      [["DE", null], [], 5],
      [["DE"], ["1900"], 5],
      [["DE"], [""], 5],
      [["DE"], [], -1],
    ]
  ) {
    assert.equal(await set(...rules), "23514", JSON.stringify(rules));
  }
});

Deno.test(
  "The turn that finds no transfer left commits its other end, in row and reply alike",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, menuId } = tenants;
    await actAs(
      admin,
      "authenticated",
      owner,
      () => admin.query("select public.set_transfer_rules(null, '{}', 1)"),
      "commit",
    );
    const state = {
      menu_stack: [menuId],
      no_input_count: 0,
      invalid_count: 0,
      digits: "",
      end_reason: null,
    };
    const otherwise = {
      state: { ...state, invalid_count: 1 },
      outcome: "not_allowed",
      reply: "<Sorry/>",
    };
    const commit = (step: number) =>
      actAs(admin, "service_role", null, async () => {
        const { rows: [row] } = await admin.query(
          `select public.ivr_commit_turn(s.id, $1, $2, $3, '{"kind": "digits"}', 'chosen', '<Dial/>') ->> 'reply' as reply
           from public.ivr_sessions s where s.session_id = 'CA1'`,
          [
            step,
            menuId,
            JSON.stringify({ ...state, item: "2", pending: { kind: "connection" }, otherwise }),
          ],
        );
        return row?.reply;
      }, "commit");
    assert.equal(await commit(1), "<Dial/>");
    assert.equal(await commit(2), "<Sorry/>");
    assert.equal(await commit(2), "<Sorry/>");
    const { rows } = await admin.query(
      "select t.outcome, t.item, t.reply from public.ivr_turns t where t.step > 0 order by t.step",
    );
    assert.deepEqual(rows, [
      { outcome: "chosen", item: "2", reply: "<Dial/>" },
      { outcome: "not_allowed", item: "2", reply: "<Sorry/>" },
    ]);
    const { rows: [session] } = await admin.query(
      "select step, invalid_count, pending from public.ivr_sessions where session_id = 'CA1'",
    );
    assert.deepEqual(session, { step: 3, invalid_count: 1, pending: null });
  },
);

Deno.test(
  "Caller lists hold numbers, beginnings, SIP addresses and the word anonymous",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const block = (callers: (string | null)[]) =>
      sqlState(() =>
        actAs(
          admin,
          "authenticated",
          owner,
          () => admin.query("update public.phone_connections set blocked_callers = $1", [callers]),
        )
      );
    assert.equal(await block(["+15550100123", "+4930*", "anonymous", "sip:a@example.com"]), null);
    for (const caller of ["5550100", "*", "+49 30", "", null]) {
      assert.equal(await block([caller]), "23514", String(caller));
    }
  },
);
