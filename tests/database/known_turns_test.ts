import assert from "node:assert/strict";
// @ts-types="@types/pg"
import type pg from "pg";
import { z } from "zod";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

/** The arguments of a turn in a known call. */
interface Turn {
  readonly p_session_id: string;
  readonly p_step: number;
  readonly p_state: object;
  readonly [argument: string]: unknown;
}

const answers = z.array(z.looseObject({
  reply: z.string().nullish(),
  callout: z.looseObject({ session_id: z.guid() }).nullish(),
  session: z.object({ id: z.guid(), started_at: z.string() }).optional(),
  loaded: z.looseObject({ session: z.looseObject({ step: z.int() }) }).nullish(),
}));

async function commit(client: pg.Client | pg.Pool, turns: readonly Turn[]) {
  const { rows: [row] } = await client.query("select private.ivr_commit_known_turns($1) as told", [
    JSON.stringify(turns),
  ]);
  return answers.parse(row?.told);
}

const repliesOf = async (client: pg.Client | pg.Pool, turns: readonly Turn[]) =>
  (await commit(client, turns)).map(({ reply }) => reply);

/** A connection and a menu of each of the two tenants, the first one's being those of its call. */
async function linesOf({ admin, owner, stranger }: Tenants): Promise<Line[]> {
  await actAs(admin, "authenticated", stranger, async () => {
    await admin.query(
      `insert into public.ivr_menus (id, key, name, prompt, items)
         values (gen_random_uuid(), 'main', 'Main', 'Press 1.', '[{"digit": "1", "label": "Bye", "action": "hangup"}]')`,
    );
    await admin.query("select public.publish_ivr_menu(id) from public.ivr_menus");
    await admin.query(
      "select public.create_phone_connection(gen_random_uuid(), 'twilio', 'Line', null, gen_random_uuid(), 'e30..AA.AA.AA')",
    );
  }, "commit");
  const { rows } = await admin.query<Line>(
    `select distinct on (u.id) u.id as user_id, c.id as connection_id, m.id as menu_id, m.published_version_id as version_id,
         md5(private.ivr_call_settings(c.provider, c.id)::text) as settings
       from unnest($1::uuid[]) with ordinality u (id, n) join public.phone_connections c on c.user_id = u.id
         join public.ivr_menus m on m.user_id = u.id and m.published_version_id is not null
       order by u.id, c.created_at`,
    [[owner, stranger]],
  );
  return rows.sort((a) => a.user_id === owner ? -1 : 1);
}

interface Line {
  readonly user_id: string;
  readonly connection_id: string;
  readonly menu_id: string;
  readonly version_id: string;
  readonly settings: string;
}

const stateIn = ({ menu_id }: Line) => ({
  menu_stack: [menu_id],
  no_input_count: 0,
  invalid_count: 0,
  digits: "",
  language: null,
  pending: null,
  end_reason: null,
  item: "1",
});

/** Begins a call, and answers the first turn that may follow. */
async function newCall({ admin }: Tenants, line: Line, name: string): Promise<Turn> {
  const { rows: [row] } = await admin.query<{ id: string }>(
    `select public.ivr_start_session($1, $2, '+15550100123', '+15550100100', $3, $4, '{"kind": "call_started"}', 'entered',
       '<Welcome/>') #>> '{session,id}' as id`,
    [line.connection_id, name, line.version_id, stateIn(line)],
  );
  return {
    p_provider: "twilio",
    p_connection_id: line.connection_id,
    p_call_id: name,
    p_to: "+15550100100",
    p_known_version: line.version_id,
    p_settings: line.settings,
    p_session_id: row?.id ?? assert.fail(),
    p_step: 1,
    p_menu_id: line.menu_id,
    p_state: stateIn(line),
    p_input: { kind: "digits", digits: "1" },
    p_outcome: "chosen",
    p_reply: `<${name}/>`,
  };
}

/** A turn that dials, or says sorry where the tenant has no transfer left. */
const dialling = (turn: Turn): Turn => ({
  ...turn,
  p_reply: "<Dial/>",
  p_state: {
    ...turn.p_state,
    pending: { kind: "connection", then: "hangup", final: false },
    otherwise: {
      state: { ...turn.p_state, invalid_count: 1 },
      outcome: "not_allowed",
      reply: "<Sorry/>",
    },
  },
});

async function newCalls(tenants: Tenants, line: Line, names: readonly string[]): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (const name of names) turns.push(await newCall(tenants, line, name));
  return turns;
}

async function turnsOf({ admin }: Tenants, sessions: readonly Turn[]) {
  const { rows } = await admin.query<{ reply: string; step: number }>(
    `select t.reply, t.step from public.ivr_turns t join unnest($1::uuid[]) with ordinality s (id, n) on s.id = t.session_id
      where t.step > 0 order by s.n, t.step`,
    [sessions.map(({ p_session_id }) => p_session_id)],
  );
  return rows.map(({ reply, step }) => [step, reply]);
}

Deno.test(
  "Each of several known turns is told what it is told alone, at its own place",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const [line = assert.fail(), other = assert.fail()] = await linesOf(tenants);
    const [a, taken, ended, changed, further] = await newCalls(tenants, line, [
      "a",
      "taken",
      "ended",
      "changed",
      "further",
    ]);
    assert.ok(a && taken && ended && changed && further);
    const b = await newCall(tenants, other, "b");
    await commit(admin, [{ ...taken, p_reply: "<First/>" }]);
    await commit(admin, [{ ...further, p_reply: "<First/>" }]);
    await admin.query(
      "update public.ivr_sessions set ended_at = now(), end_reason = 'caller_hung_up' where id = $1",
      [ended.p_session_id],
    );
    const told = await commit(admin, [
      { ...changed, p_settings: "another" },
      a,
      ended,
      taken,
      { ...taken, p_settings: "another" },
      { ...further, p_step: 3 },
      b,
      { ...a, p_connection_id: crypto.randomUUID() },
    ]);
    assert.deepEqual(
      told.map(({ reply, session, loaded }) => reply ?? [session, loaded?.session.step ?? loaded]),
      [[undefined, 1], "<a/>", [undefined, 1], "<First/>", [undefined, 2], [undefined, 2], "<b/>", [
        undefined,
        null,
      ]],
    );
    assert.deepEqual(
      told.map(({ session }) => session?.id),
      [
        undefined,
        a.p_session_id,
        undefined,
        undefined,
        undefined,
        undefined,
        b.p_session_id,
        undefined,
      ],
    );
    assert.deepEqual(await turnsOf(tenants, [changed, ended, a, taken, b]), [
      [1, "<a/>"],
      [1, "<First/>"],
      [1, "<b/>"],
    ]);
  },
);

Deno.test("No turns are told nothing", onPostgres, async () => {
  await using tenants = await createTenants();
  assert.deepEqual(await commit(tenants.admin, []), []);
});

Deno.test(
  "Of two turns of one call in one list the first is committed, and the other gets its reply",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const [line = assert.fail()] = await linesOf(tenants);
    const turn = await newCall(tenants, line, "once");
    const [first, second, later] = await commit(tenants.admin, [
      turn,
      { ...turn, p_reply: "<Second/>" },
      { ...turn, p_step: 2, p_reply: "<Later/>" },
    ]);
    assert.deepEqual([first?.reply, second?.reply, later?.reply], [
      "<once/>",
      "<once/>",
      undefined,
    ]);
    assert.ok(first?.session && !second?.session && later?.loaded?.session.step === 2);
    assert.deepEqual(await turnsOf(tenants, [turn]), [[1, "<once/>"]]);
  },
);

Deno.test(
  "A turn that cannot be committed leaves all others of its list as they were",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const [line = assert.fail()] = await linesOf(tenants);
    const [good, bad] = await newCalls(tenants, line, ["good", "bad"]);
    assert.ok(good && bad);
    const broken = { ...bad, p_state: { ...bad.p_state, no_input_count: "x" } };
    assert.equal(await sqlState(() => commit(admin, [good, broken])), "22P02");
    assert.deepEqual(await turnsOf(tenants, [good, bad]), []);
    assert.deepEqual(await repliesOf(admin, [good]), ["<good/>"]);
  },
);

Deno.test(
  "Lists of the same calls in any order, all at once, make one turn of each step and wait for each other in no circle",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const lines = await linesOf(tenants);
    const turns = (await Promise.all(
      lines.map((line, n) => newCalls(tenants, line, [1, 2, 3, 4].map((m) => `call-${n}-${m}`))),
    )).flat();
    const lists = Array.from({ length: 40 }, (_, n) => {
      const turned = [...turns.slice(n % turns.length), ...turns.slice(0, n % turns.length)];
      const ordered = n % 2 === 0 ? turned : turned.toReversed();
      return ordered.map((turn) => ({ ...turn, p_reply: `<R${n}/>` }));
    });
    const replies = await withPool(
      tenants.database.url,
      8,
      (pool) =>
        Promise.all(lists.map(async (list) => {
          const told = await repliesOf(pool, list);
          return new Map(list.map(({ p_session_id }, n) => [p_session_id, told[n]]));
        })),
    );
    const committed = await turnsOf(tenants, turns);
    assert.equal(committed.length, turns.length);
    for (const [n, { p_session_id }] of turns.entries()) {
      assert.deepEqual([...new Set(replies.map((of) => of.get(p_session_id)))], [
        committed[n]?.[1],
      ]);
    }
  },
);

Deno.test(
  "Lists that count transfers of the same tenants, all at once, wait for each other in no circle",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const lines = await linesOf(tenants);
    const lists = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const turns: Turn[] = [];
        for (const line of lines) turns.push(await newCall(tenants, line, `${line.user_id}-${n}`));
        return turns.map(dialling);
      }),
    );
    const replies = await withPool(
      tenants.database.url,
      8,
      (pool) => Promise.all(lists.map((list) => repliesOf(pool, list))),
    );
    assert.deepEqual(new Set(replies.flat()), new Set(["<Dial/>"]));
  },
);

Deno.test(
  "Transfers in one list are counted one by one, for each tenant",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await actAs(
      admin,
      "authenticated",
      owner,
      () => admin.query("select public.set_transfer_rules(null, '{}', 2)"),
      "commit",
    );
    const lines = await linesOf(tenants);
    const turns = (await Promise.all(
      lines.map((line, n) => newCalls(tenants, line, [1, 2, 3].map((m) => `dial-${n}-${m}`))),
    )).flat().map(dialling);
    const told = await repliesOf(admin, turns);
    assert.deepEqual([told.slice(0, 3).sort(), told.slice(3)], [
      ["<Dial/>", "<Dial/>", "<Sorry/>"],
      ["<Dial/>", "<Dial/>", "<Dial/>"],
    ]);
    const { rows } = await admin.query(
      `select t.reply, t.outcome, s.invalid_count, s.pending is null as offered, t.item
         from public.ivr_sessions s join public.ivr_turns t on t.session_id = s.id and t.step = 1
        where s.session_id like 'dial-0-%' order by t.reply`,
    );
    assert.deepEqual(rows.at(-1), {
      reply: "<Sorry/>",
      outcome: "not_allowed",
      invalid_count: 1,
      offered: true,
      item: "1",
    });
    assert.ok(rows.slice(0, 2).every(({ outcome, offered }) => outcome === "chosen" && !offered));
  },
);

Deno.test(
  "Of several turns each that asks outside is granted it, and no other",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const [line = assert.fail()] = await linesOf(tenants);
    const [asks, stays] = await newCalls(tenants, line, ["asks", "stays"]);
    assert.ok(asks && stays);
    const pending = {
      ...{ kind: "callout", step: 1, attempt: 1, then: "hangup", final: false },
      choice: { action: "webhook", target: tenants.webhookId, fallback: null },
    };
    const waiting = { ...asks, p_state: { ...asks.p_state, pending }, p_outcome: "waiting" };
    const [none, granted] = await commit(tenants.admin, [stays, waiting]);
    assert.equal(none?.callout, null);
    assert.equal(granted?.callout?.session_id, asks.p_session_id);
  },
);

Deno.test(
  "What callers do is published alike whether anybody listens or not, and queued for who does",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await actAs(
      admin,
      "authenticated",
      owner,
      () =>
        admin.query(
          `select public.create_webhook(gen_random_uuid(), 'e30..AA.AA.AA', '{"url": "https://example.com/calls", "events": ["ivr.*"]}')`,
        ),
      "commit",
    );
    const lines = await linesOf(tenants);
    const [heard, unheard] = await Promise.all(
      lines.map((line, n) => newCall(tenants, line, `published-${n}`)),
    );
    assert.ok(heard && unheard);
    await commit(admin, [unheard, heard, { ...heard, p_step: 7 }]);
    const { rows } = await admin.query(
      `select e.user_id, e.payload, e.ordering_key = s.call_log_id::text as of_the_call, exists (select from private.webhook_deliveries d where d.event_id = e.id) as queued
         from public.webhook_events e join public.ivr_sessions s on s.id::text = e.payload::json #>> '{data,session_id}'
        where e.type = 'ivr.input' and s.session_id like 'published-%' order by e.user_id = $1 desc`,
      [owner],
    );
    assert.deepEqual(rows.map((row) => [row.user_id, row.of_the_call, row.queued]), [
      [lines[0]?.user_id, true, true],
      [lines[1]?.user_id, true, false],
    ]);
    // The form of a body, in which nothing but the values differs.
    const [form, ...others] = rows.map(({ payload }) =>
      String(payload).replaceAll(/"[0-9a-f-]{36}"/g, '"id"').replace(/"\d{4}-[^"]+Z"/, '"time"')
    );
    assert.deepEqual(others, [form]);
  },
);

Deno.test(
  "Where health data is encrypted, a turn that would publish some is not committed",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, stranger } = tenants;
    const [, line = assert.fail()] = await linesOf(tenants);
    const turn = await newCall(tenants, line, "spoken");
    await admin.query("insert into private.health_settings values ($1, true)", [stranger]);
    const telling = { ...turn, p_input: { kind: "digits", transcript: "It hurts." } };
    assert.equal(await sqlState(() => commit(admin, [telling])), "PT422");
    assert.deepEqual(await repliesOf(admin, [turn]), ["<spoken/>"]);
  },
);
