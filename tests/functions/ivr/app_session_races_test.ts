import assert from "node:assert/strict";
import { askIvr, publishMenus, readAnswer } from "#tests/support/app_session.ts";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const ROUNDS = 5;

/** Posts the same thing twenty times at once; all must get the same bytes. */
async function together(
  stack: TestStack,
  owner: Tenant,
  path: string,
  jsonOf: (n: number) => object,
): Promise<string> {
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, n) => askIvr(stack, owner, "POST", path, jsonOf(n))),
  );
  const [first = assert.fail()] = replies;
  assert.ok(first.status < 300, first.text);
  assert.deepEqual([...new Set(replies.map(({ text }) => text))], [first.text]);
  return readAnswer(first).id;
}

Deno.test(
  "Twenty posts of a step at once make one turn and get the same bytes, and twenty starts one session",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    await using stack = await testStack({ databaseUrl: database.url });
    // Twenty at once, five times over, are more than one user may ask in a minute otherwise.
    await stack.database.query("update private.request_limits set per_user = 10000");
    const owner = await stack.newTenant();
    const menuId = await publishMenus(owner, [{
      key: "main",
      prompt: "This is main.",
      items: [
        { digit: "1", label: "Again", action: "repeat" },
        { digit: "2", label: "Billing", action: "transfer", target: "+12125550199" },
        { digit: "0", label: "Bye", action: "hangup" },
      ],
    }]);
    for (let round = 0; round < ROUNDS; round++) {
      const start = { menu: menuId, session_id: `chat-${round}`, to: "+12125550100" };
      const id = await together(stack, owner, "/sessions", () => start);
      await together(stack, owner, `/sessions/${id}/input`, (n) => ({
        step: 1,
        digits: n % 2 === 0 ? "1" : "7",
      }));
      await together(stack, owner, `/sessions/${id}/input`, () => ({ step: 2, digits: "2" }));
      await together(stack, owner, `/sessions/${id}/back`, () => ({ step: 3 }));
      const ends = await Promise.all(
        Array.from({ length: 20 }, () => askIvr(stack, owner, "POST", `/sessions/${id}/end`, {})),
      );
      assert.equal(new Set(ends.map(({ text }) => text)).size, 1);
    }
    const [counts] = await stack.database.query(
      `select count(distinct s.id)::int as sessions, count(*)::int as turns, max(s.step) as step,
           (select transfers from private.transfer_counts) as transfers,
           (select count(*)::int from public.webhook_events where type = 'ivr.session.ended') as ended
         from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id`,
    );
    assert.deepEqual(counts, {
      ...{ sessions: ROUNDS, turns: 4 * ROUNDS, step: 4, transfers: ROUNDS, ended: ROUNDS },
    });
  },
);
