import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { onPostgres, type TestDatabase } from "#tests/support/databases.ts";
import { freshHash, newKey, USES } from "#tests/support/keys.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

const verdict = z.object({
  valid: z.boolean(),
  code: z.string(),
  key_id: z.string().optional(),
  user_id: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  limit: z.int().nullish(),
  remaining: z.int().nullish(),
  reset: z.int().nullish(),
  quota: z.int().nullish(),
  quota_remaining: z.int().nullish(),
});

interface Use {
  readonly scope?: string;
  readonly ip?: string;
  readonly userId?: string;
  /** When it is, for the key. */
  readonly at?: string;
}

const NOON = "2031-03-01T12:00:00Z";

/** Presents a key at a time of the test's choice, which is noon unless said. */
async function judge(client: pg.ClientBase, hash: string, use: Use = {}) {
  const { rows: [row] } = await client.query(
    "select private.judge_api_key($1, $2, $3, $4, $5) as verdict",
    [hash, use.scope ?? null, use.ip ?? null, use.userId ?? null, use.at ?? NOON],
  );
  return verdict.parse(row?.verdict);
}

const codeOf = async (client: pg.ClientBase, hash: string, use?: Use) =>
  (await judge(client, hash, use)).code;

async function connect(database: TestDatabase): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** Everything that is counted of a key. */
async function counts({ admin }: Tenants, id: string) {
  const { rows: [row] } = await admin.query(
    `select k.usage_count::int as used, k.window_count as in_window, k.window_start, k.last_used_at,
       (select coalesce(sum(count), 0)::int from ${USES} where key_id = k.id) as by_hour
     from public.api_keys k where k.id = $1`,
    [id],
  );
  return row;
}

/** Sets columns past every function, to bring about what takes time or another service. */
async function set({ admin }: Tenants, table: string, id: string, sql: string): Promise<void> {
  await admin.query(`update ${table} set ${sql} where id = $1`, [id]);
}

/** Every reason to refuse a key, in the order in which they are given, and how it comes about. */
const REASONS: readonly (readonly [string, (tenants: Tenants, id: string) => Promise<void>])[] = [
  ["revoked", (tenants, id) => set(tenants, "public.api_keys", id, "revoked_at = now()")],
  ["disabled", (tenants, id) => set(tenants, "public.api_keys", id, "enabled = false")],
  [
    "owner_inactive",
    (tenants) => set(tenants, "auth.users", tenants.owner, "banned_until = '2999-01-01'"),
  ],
  ["expired", (tenants, id) => set(tenants, "public.api_keys", id, `expires_at = '${NOON}'`)],
  [
    "insufficient_scope",
    (tenants, id) => set(tenants, "public.api_keys", id, "scopes = '{ivr:read}'"),
  ],
  [
    "ip_not_allowed",
    (tenants, id) => set(tenants, "public.api_keys", id, "allowed_ips = '{10.0.0.0/8}'"),
  ],
  [
    "rate_limited",
    (tenants, id) =>
      set(
        tenants,
        "public.api_keys",
        id,
        `rate_limit = 5, window_start = '${NOON}', window_count = 5`,
      ),
  ],
  [
    "quota_exceeded",
    (tenants, id) => set(tenants, "public.api_keys", id, "usage_quota = 7, usage_count = 7"),
  ],
];

const USE = { scope: "ivr:write", ip: "203.0.113.1" };

for (const [reason, bringAbout] of REASONS) {
  Deno.test(`A key is refused as ${reason}, and nothing is counted`, onPostgres, async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    await bringAbout(tenants, id);
    const before = await counts(tenants, id);
    const { valid, code, key_id, user_id } = await judge(admin, hash, USE);
    assert.deepEqual({ valid, code, key_id, user_id }, {
      valid: false,
      code: reason,
      key_id: id,
      user_id: owner,
    });
    assert.deepEqual(await counts(tenants, id), before);
  });
}

Deno.test("Of several reasons the first in order is given", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { id, hash } = await newKey(admin, owner);
  for (const [reason, bringAbout] of REASONS.toReversed()) {
    await bringAbout(tenants, id);
    assert.equal(await codeOf(admin, hash, USE), reason);
  }
});

Deno.test("A hash that no key has is not found, and nothing more is said", onPostgres, async () => {
  await using tenants = await createTenants();
  for (const hash of [freshHash(), "", "%", "'"]) {
    assert.deepEqual(await judge(tenants.admin, hash), { valid: false, code: "not_found" });
  }
});

Deno.test("An allowed use is counted and told what is left", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { id, hash } = await newKey(admin, owner, {
    scopes: ["ivr:read", "call-logs:read"],
    rate_limit: 100,
    usage_quota: 1000,
  });
  const answer = await judge(admin, hash, { scope: "ivr:read", at: "2031-03-01T12:30:00.500Z" });
  assert.deepEqual(answer, {
    valid: true,
    code: "valid",
    key_id: id,
    user_id: owner,
    scopes: ["call-logs:read", "ivr:read"],
    limit: 100,
    remaining: 99,
    // Rounded up: whoever waits that long finds the next hour begun.
    reset: 1800,
    quota: 1000,
    quota_remaining: 999,
  });
  assert.deepEqual(await counts(tenants, id), {
    used: 1,
    in_window: 1,
    window_start: new Date(NOON),
    last_used_at: new Date("2031-03-01T12:30:00.500Z"),
    by_hour: 1,
  });
});

Deno.test(
  "Without limits nothing is said of them, and uses are counted all the same",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    const { limit, remaining, reset, quota, quota_remaining } = await judge(admin, hash);
    assert.deepEqual([limit, remaining, reset, quota, quota_remaining], Array(5).fill(null));
    assert.equal((await counts(tenants, id))?.by_hour, 1);
  },
);

Deno.test(
  "last_used_at is the latest allowed use, whatever order they come in",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner, { rate_limit: 2 });
    for (const at of ["2031-03-01T12:10:00Z", "2031-03-01T12:05:00Z", "2031-03-01T12:20:00Z"]) {
      await judge(admin, hash, { at });
    }
    assert.deepEqual(
      (await counts(tenants, id))?.last_used_at,
      new Date("2031-03-01T12:10:00Z"),
    );
  },
);

Deno.test(
  "The last use that is left is allowed, and the one after is not",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    for (
      const [settings, refusal] of [
        [{ rate_limit: 2 }, "rate_limited"],
        [{ usage_quota: 2 }, "quota_exceeded"],
      ] as const
    ) {
      const { id, hash } = await newKey(admin, owner, settings);
      const codes = [];
      for (let use = 0; use < 4; use++) codes.push(await codeOf(admin, hash));
      assert.deepEqual(codes, ["valid", "valid", refusal, refusal]);
      const counted = await counts(tenants, id);
      assert.deepEqual([counted?.used, counted?.by_hour], [2, 2]);
    }
  },
);

Deno.test(
  "With the hour the limit begins anew, in UTC whatever the session's time zone",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await admin.query("set time zone 'Asia/Kathmandu'");
    const { id, hash } = await newKey(admin, owner, { rate_limit: 1 });
    assert.equal(await codeOf(admin, hash, { at: "2031-03-01T12:59:59.999Z" }), "valid");
    const refused = await judge(admin, hash, { at: "2031-03-01T12:59:59.999Z" });
    assert.deepEqual([refused.code, refused.reset], ["rate_limited", 1]);
    const next = await judge(admin, hash, { at: "2031-03-01T13:00:00Z" });
    assert.deepEqual([next.code, next.remaining, next.reset], ["valid", 0, 3600]);
    const { rows } = await admin.query(
      `select hour, count::int from ${USES} where key_id = $1 order by 1`,
      [id],
    );
    assert.deepEqual(rows, [
      { hour: new Date(NOON), count: 1 },
      { hour: new Date("2031-03-01T13:00:00Z"), count: 1 },
    ]);
  },
);

Deno.test(
  "Under steady traffic the hour rolls: refused calls keep no window open",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner, { rate_limit: 10 });
    let allowed = 0;
    for (let second = 0; second < 3 * 3600; second += 60) {
      const at = new Date(Date.parse(NOON) + second * 1000).toISOString();
      if ((await judge(admin, hash, { at })).valid) allowed++;
    }
    assert.equal(allowed, 30);
    const { rows } = await admin.query(
      `select count::int from ${USES} where key_id = $1`,
      [id],
    );
    assert.deepEqual(rows, [{ count: 10 }, { count: 10 }, { count: 10 }]);
  },
);

Deno.test(
  "A use from before the hour that comes after it counts in the new hour and does not empty it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner, { rate_limit: 2 });
    const before = { at: "2031-03-01T12:59:59.999Z" };
    const after = { at: "2031-03-01T13:00:00Z" };
    const codes = [];
    for (const use of [after, before, after, before]) codes.push(await codeOf(admin, hash, use));
    assert.deepEqual(codes, ["valid", "valid", "rate_limited", "rate_limited"]);
    assert.deepEqual((await counts(tenants, id))?.window_start, new Date(after.at));
    assert.equal((await counts(tenants, id))?.by_hour, 2);
  },
);

Deno.test(
  "Sixteen connections on both sides of the hour never get more than the limit of either",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    const { id, hash } = await newKey(admin, owner, { rate_limit: 50 });
    const pool = new pg.Pool({ connectionString: database.url, max: 16 });
    const end = Date.parse("2031-03-01T13:00:00Z");
    const answers = await Promise.all(Array.from({ length: 400 }, async (_, n) => {
      // Clocks that are up to two seconds apart, around the hour.
      const at = new Date(end - 2000 + (n * 7919) % 4000).toISOString();
      const client = await pool.connect();
      try {
        return { at: Date.parse(at), code: await codeOf(client, hash, { at }) };
      } finally {
        client.release();
      }
    }));
    await pool.end();
    const allowed = answers.filter(({ code }) => code === "valid");
    assert.ok(allowed.filter(({ at }) => at >= end).length <= 50);
    const { rows } = await admin.query<{ count: number }>(
      `select count::int from ${USES} where key_id = $1 order by hour`,
      [id],
    );
    assert.equal(rows.at(-1)?.count, 50, "There were more than enough for the second hour");
    for (const { count } of rows) assert.ok(count <= 50);
    assert.equal(rows.reduce((sum, { count }) => sum + count, 0), allowed.length);
  },
);

/** Waits, by asking the server, until someone waits for a lock. */
async function untilBlocked({ admin }: Tenants): Promise<void> {
  const sql =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while (!(await admin.query(sql)).rowCount);
}

Deno.test(
  "Who waits for a use in progress is judged by what that left, not by what it saw before",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    const changes: Record<string, { settings: object; change: string; code: string }> = {
      "the last use of the hour": {
        settings: { rate_limit: 1 },
        change: `select private.judge_api_key(key_hash, null, null, null, '${NOON}')
          from public.api_keys where id = $1`,
        code: "rate_limited",
      },
      "the last use of the quota": {
        settings: { usage_quota: 1 },
        change: `select private.judge_api_key(key_hash, null, null, null, '${NOON}')
          from public.api_keys where id = $1`,
        code: "quota_exceeded",
      },
      "a smaller quota": {
        settings: { usage_quota: 5 },
        change: "update public.api_keys set usage_quota = 1, usage_count = 1 where id = $1",
        code: "quota_exceeded",
      },
      "its revocation": {
        settings: {},
        change: "update public.api_keys set revoked_at = now() where id = $1",
        code: "revoked",
      },
      "its deletion": {
        settings: {},
        change: "delete from public.api_keys where id = $1",
        code: "not_found",
      },
    };
    await using first = await connect(database);
    await using second = await connect(database);
    for (const [what, { settings, change, code }] of Object.entries(changes)) {
      await t.step(what, async () => {
        const { id, hash } = await newKey(admin, owner, { ...settings });
        await first.query("begin");
        await first.query(change, [id]);
        const waiting = codeOf(second, hash);
        await untilBlocked(tenants);
        await first.query("commit");
        assert.equal(await waiting, code);
      });
    }
  },
);

Deno.test("Who waits for a use that is rolled back gets it", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, database } = tenants;
  const { id, hash } = await newKey(admin, owner, { usage_quota: 1 });
  await using first = await connect(database);
  await using second = await connect(database);
  await first.query("begin");
  assert.equal(await codeOf(first, hash), "valid");
  const waiting = codeOf(second, hash);
  await untilBlocked(tenants);
  await first.query("rollback");
  assert.equal(await waiting, "valid");
  assert.equal((await counts(tenants, id))?.by_hour, 1);
});

Deno.test(
  "A quota that is changed in the middle of load holds from then on",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, database } = tenants;
    for (const quota of [10, 60, 150]) {
      const { id, hash } = await newKey(admin, owner, { usage_quota: 100 });
      const pool = new pg.Pool({ connectionString: database.url, max: 8 });
      let allowed = 0;
      let atChange: number | undefined;
      const use = async () => {
        const client = await pool.connect();
        try {
          if (await codeOf(client, hash) === "valid") allowed++;
        } finally {
          client.release();
        }
      };
      const change = async () => {
        // Somewhere in the middle of the uses, and exactly between two of them: the change locks the row.
        const { rows: [row] } = await actAs(
          admin,
          "authenticated",
          owner,
          () =>
            admin.query("select public.update_api_key($1, $2) -> 'usage_count' as used", [
              id,
              JSON.stringify({ usage_quota: quota }),
            ]),
          "commit",
        );
        atChange = Number(row?.used);
      };
      const uses = Array.from({ length: 240 }, (_, n) => n === 40 ? change() : use());
      await Promise.all(uses);
      await pool.end();
      assert.ok(atChange !== undefined && atChange <= 100);
      assert.equal(allowed, Math.max(quota, atChange), `changed to ${quota} after ${atChange}`);
      const counted = await counts(tenants, id);
      assert.deepEqual([counted?.used, counted?.by_hour], [allowed, allowed]);
    }
  },
);

Deno.test(
  "A key of another user is not found by those who may use their own alone",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const { id, hash } = await newKey(admin, owner);
    assert.deepEqual(await judge(admin, hash, { userId: stranger }), {
      valid: false,
      code: "not_found",
    });
    assert.equal((await counts(tenants, id))?.used, 0);
    assert.equal(await codeOf(admin, hash, { userId: owner }), "valid");
  },
);

Deno.test(
  "The scope of everything grants each, and no other grants more than itself",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const all = await newKey(admin, owner, { scopes: ["*"] });
    const one = await newKey(admin, owner, { scopes: ["ivr:write"] });
    assert.equal(await codeOf(admin, all.hash, { scope: "webhooks:write" }), "valid");
    assert.equal(await codeOf(admin, one.hash, { scope: "ivr:write" }), "valid");
    for (const scope of ["ivr:read", "webhooks:write", "*", "", "ivr"]) {
      assert.equal(await codeOf(admin, one.hash, { scope }), "insufficient_scope", scope);
    }
    assert.equal(await codeOf(admin, one.hash), "valid");
  },
);

Deno.test("A key with networks is allowed from inside them alone", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { hash } = await newKey(admin, owner, {
    allowed_ips: ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32", "::ffff:192.0.2.0/120"],
  });
  for (
    const ip of [
      "203.0.113.255",
      "198.51.100.7",
      "2001:db8:1::1",
      "::ffff:203.0.113.9",
      "::FFFF:198.51.100.7",
      "::ffff:cb00:7109",
      "0:0:0:0:0:ffff:cb00:7109",
      "192.0.2.77",
      "::ffff:192.0.2.77",
    ]
  ) {
    assert.equal(await codeOf(admin, hash, { ip }), "valid", ip);
  }
  for (
    const ip of [
      "203.0.114.0",
      "198.51.100.8",
      "2001:db9::1",
      "::ffff:203.0.114.9",
      "::ffff:cb00:7209",
      "192.0.3.1",
      "203.0.113.0/24",
      "203.0.113.1, 8.8.8.8",
      "localhost",
      "",
    ]
  ) {
    assert.equal(await codeOf(admin, hash, { ip }), "ip_not_allowed", ip);
  }
  assert.equal(await codeOf(admin, hash), "ip_not_allowed");
});

Deno.test("A key works as long as its owner's account does", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { hash } = await newKey(admin, owner);
  const states: readonly (readonly [string, string])[] = [
    ["banned_until = now() + interval '1 hour'", "owner_inactive"],
    ["banned_until = now() - interval '1 hour'", "valid"],
    ["deleted_at = now()", "owner_inactive"],
    ["deleted_at = null, banned_until = null", "valid"],
  ];
  for (const [sql, code] of states) {
    await set(tenants, "auth.users", owner, sql);
    assert.equal(await codeOf(admin, hash), code, sql);
  }
  await admin.query("delete from auth.users where id = $1", [owner]);
  assert.equal(await codeOf(admin, hash), "not_found");
});

Deno.test(
  "An older auth service that can neither ban nor mark as deleted bans nobody",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { hash } = await newKey(admin, owner);
    await admin.query("alter table auth.users drop column banned_until, drop column deleted_at");
    assert.equal(await codeOf(admin, hash), "valid");
    // It is brought up to date, and no session needs to be told.
    await admin.query("alter table auth.users add column banned_until timestamptz");
    await set(tenants, "auth.users", owner, "banned_until = 'infinity'");
    assert.equal(await codeOf(admin, hash), "owner_inactive");
  },
);

Deno.test(
  "verify_api_key judges by the clock of the server, for the platform's own role alone",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner, { rate_limit: 5 });
    const verify = () => admin.query("select public.verify_api_key($1) as verdict", [hash]);
    const { rows: [row] } = await actAs(admin, "service_role", null, verify, "commit");
    assert.equal(verdict.parse(row?.verdict).code, "valid");
    const used = (await counts(tenants, id))?.last_used_at;
    assert.ok(Math.abs(used.getTime() - Date.now()) < 60_000);
    for (const role of ["anon", "authenticated"] as const) {
      assert.equal(await sqlState(() => actAs(admin, role, owner, verify)), "42501");
    }
  },
);

Deno.test(
  "Counting does not wait for the disk, and other work of the session does",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { hash } = await newKey(admin, owner);
    const setting = async () =>
      (await admin.query("show synchronous_commit")).rows[0]?.synchronous_commit;
    await admin.query("set synchronous_commit = on");
    await admin.query("begin");
    await admin.query("select public.verify_api_key($1)", [hash]);
    assert.equal(await setting(), "off");
    await admin.query("commit");
    assert.equal(await setting(), "on");
  },
);

/** Picks values by numbers that look random and are the same in each run. */
function picker(seed: number) {
  let state = seed;
  return <Value>(...values: readonly [Value, ...Value[]]): Value => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const [first] = values;
    return values.find((_, n) => n === Math.floor(state / 65_536) % values.length) ?? first;
  };
}

Deno.test(
  "What counts a use and what gives the reason against it agree on keys and uses of every kind",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    await admin.query("set statement_timeout = '10s'");
    const pick = picker(8);
    const codes = new Map<string, number>();
    for (let round = 0; round < 1_500; round++) {
      await admin.query(
        `update public.api_keys set revoked_at = null, enabled = $2, expires_at = $3, scopes = $4, allowed_ips = $5,
           rate_limit = $6, window_start = $7, window_count = $8, usage_quota = $9, usage_count = $10 where id = $1`,
        [
          id,
          pick(true, true, true, true, false),
          pick(null, null, "2031-03-01T11:59:59Z", NOON, "2031-03-01T12:00:01Z"),
          pick(["*"], ["*"], ["ivr:write"], ["ivr:read", "webhooks:read"]),
          pick(null, null, ["203.0.113.0/24"], ["10.0.0.0/8", "2001:db8::/32"]),
          pick(null, 5, 5),
          pick("2031-03-01T11:00:00Z", NOON, NOON, "2031-03-01T13:00:00Z"),
          pick(0, 4, 5, 6),
          pick(null, 7, 7),
          pick(0, 6, 7, 8),
        ],
      );
      const use = [
        pick(null, "ivr:write", "ivr:read"),
        pick(
          null,
          "203.0.113.9",
          "::ffff:203.0.113.9",
          "2001:db8::1",
          "nonsense",
          "203.0.113.0/24",
        ),
      ];
      const { rows: [expected] } = await admin.query(
        "select private.api_key_refusal(k, $2, $3, $4) as reason from public.api_keys k where id = $1",
        [id, ...use, NOON],
      );
      const { rows: [judged] } = await admin.query(
        "select private.judge_api_key($1, $2, $3, null, $4) as verdict",
        [hash, ...use, NOON],
      );
      const { rows: [told] } = await admin.query(
        "select private.api_key_verdict(k, $2, $3) as verdict from public.api_keys k where id = $1",
        [id, expected?.reason, NOON],
      );
      assert.deepEqual(judged?.verdict, told?.verdict);
      const { code } = verdict.parse(judged?.verdict);
      assert.equal(code, expected?.reason ?? "valid");
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    for (
      const code of [
        "valid",
        "disabled",
        "expired",
        "insufficient_scope",
        "ip_not_allowed",
        "rate_limited",
        "quota_exceeded",
      ]
    ) {
      assert.ok((codes.get(code) ?? 0) >= 15, `${code} came ${codes.get(code)} times`);
    }
  },
);

Deno.test(
  "What an hour has from before is added to, when the next one begins",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    await admin.query("insert into public.api_key_usage values ($1, $2, $3, 5)", [id, owner, NOON]);
    const kept = async () => {
      const sql = "select hour, count::int from public.api_key_usage where key_id = $1 order by 1";
      return (await admin.query(sql, [id])).rows;
    };
    for (let use = 0; use < 3; use++) await judge(admin, hash);
    assert.deepEqual(await kept(), [{ hour: new Date(NOON), count: 5 }]);
    assert.deepEqual(
      await actAs(admin, "authenticated", owner, async () => {
        const { rows: [row] } = await admin.query(
          "select public.get_api_key_usage($1, $2, '2031-03-01T12:30:00Z') as usage",
          [id, NOON],
        );
        return row?.usage.total;
      }),
      8,
    );
    await judge(admin, hash, { at: "2031-03-01T13:00:00Z" });
    assert.deepEqual(await kept(), [{ hour: new Date(NOON), count: 8 }]);
  },
);

Deno.test("Neither table nor index grows under the uses of one key", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { hash } = await newKey(admin, owner);
  const pages = async () => {
    const { rows: [row] } = await admin.query<{ pages: number }>(
      `select (sum(pg_relation_size(oid)) / 8192)::int as pages from pg_class
        where relname in ('api_keys', 'api_key_usage', 'idx_api_keys_key_hash')`,
    );
    return row?.pages ?? assert.fail();
  };
  const grownBy = async () => {
    const before = await pages();
    for (let use = 0; use < 100; use++) await judge(admin, hash);
    return await pages() - before;
  };
  // While somebody writes for long in another database of the server, nothing is cleaned up in this one.
  for (let round = 0; round < 200; round++) {
    if (await grownBy() === 0) return;
  }
  assert.fail("100 uses always took more room");
});
