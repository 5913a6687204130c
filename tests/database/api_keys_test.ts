import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { API_KEY_COLUMNS, apiKey, apiKeyUsage } from "#shared/api_keys/api_key.ts";
import { SCOPES } from "#shared/auth/scopes.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { freshHash, newKey } from "#tests/support/keys.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

const HOUR_MS = 3_600_000;

/** Calls a function as the owner, or as a program of theirs with a key, and keeps what it did. */
async function call(
  { admin, owner }: Tenants,
  sql: string,
  values: readonly unknown[],
  by: string | null = null,
): Promise<unknown> {
  const claims = { role: "authenticated", sub: owner, ...by !== null && { switchboard_key: by } };
  const { rows: [row] } = await actAs(
    admin,
    "authenticated",
    owner,
    async () => {
      await admin.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify(claims),
      ]);
      return await admin.query(`select ${sql} as result`, [...values]);
    },
    "commit",
  );
  return row?.result;
}

const update = async (
  tenants: Tenants,
  id: string,
  settings: object,
  by: string | null = null,
) =>
  apiKey.parse(
    await call(tenants, "public.update_api_key($1, $2)", [id, JSON.stringify(settings)], by),
  );

const rotation = z.object({ api_key: apiKey, previous: apiKey });

const rotate = async (
  tenants: Tenants,
  id: string,
  overlapHours: number | null,
  { by = null, hash = freshHash() }: { by?: string | null; hash?: string } = {},
) =>
  rotation.parse(
    await call(
      tenants,
      "public.rotate_api_key($1, $2, 'vx_1111111', $3)",
      [id, hash, overlapHours],
      by,
    ),
  );

const revoke = async (tenants: Tenants, id: string) =>
  apiKey.parse(await call(tenants, "public.revoke_api_key($1)", [id]));

/** What the table holds, also what nobody is shown. */
async function stored({ admin }: Tenants, id: string): Promise<Record<string, unknown>> {
  const { rows: [row] } = await admin.query("select * from public.api_keys where id = $1", [id]);
  return row ?? assert.fail(`No key ${id}`);
}

/** The verdict on a key, at a time. */
async function judge({ admin }: Tenants, hash: string, at = new Date()): Promise<string> {
  const { rows: [row] } = await admin.query<{ code: string }>(
    "select private.judge_api_key($1, null, null, null, $2) ->> 'code' as code",
    [hash, at],
  );
  return row?.code ?? "";
}

async function problemOf(action: () => Promise<unknown>) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const fields = /^\[/.test(error.hint ?? "")
      ? z.array(z.object({ path: z.string(), message: z.string() })).parse(
        JSON.parse(error.hint ?? ""),
      )
      : [];
    return { state: error.code, code: error.detail, fields };
  }
  assert.fail("It was accepted");
}

async function actionsOn({ admin }: Tenants, id: string) {
  const { rows } = await admin.query<{ action: string; changes: unknown; actor: string }>(
    `select action, changes, (select s.user_id from private.audit_subjects s where s.subject_id::text = l.actor) as actor
       from public.audit_logs l where resource_id = $1 order by entry`,
    [id],
  );
  return rows;
}

const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

Deno.test(
  "A new key has the settings that were asked for, and nothing was used of it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const settings = {
      name: "Production",
      scopes: ["ivr:write", "ivr:read", "ivr:read"],
      rate_limit: 1000,
      usage_quota: 100_000,
      expires_at: fromNow(90 * 24 * HOUR_MS),
      allowed_ips: ["203.0.113.0/24", "2001:db8::1"],
      metadata: { team: "billing" },
      enabled: false,
    };
    const { id, hash } = await newKey(tenants.admin, tenants.owner, settings);
    const row = await stored(tenants, id);
    assert.deepEqual({
      user_id: row.user_id,
      key_hash: row.key_hash,
      name: row.name,
      scopes: row.scopes,
      rate_limit: row.rate_limit,
      usage_quota: row.usage_quota,
      expires_at: row.expires_at,
      allowed_ips: row.allowed_ips,
      metadata: row.metadata,
      enabled: row.enabled,
      usage_count: row.usage_count,
      last_used_at: row.last_used_at,
      revoked_at: row.revoked_at,
    }, {
      ...settings,
      user_id: tenants.owner,
      key_hash: hash,
      scopes: ["ivr:read", "ivr:write"],
      usage_quota: "100000",
      expires_at: new Date(settings.expires_at),
      allowed_ips: ["203.0.113.0/24", "2001:db8::1/128"],
      usage_count: "0",
      last_used_at: null,
      revoked_at: null,
    });
  },
);

Deno.test("What is answered about a key is everything but its hash", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id, hash } = await newKey(tenants.admin, tenants.owner);
  const answers = [
    await call(tenants, "public.update_api_key($1, '{}')", [id]),
    await call(tenants, "public.rotate_api_key($1, $2, 'vx_1111111', 1)", [id, freshHash()]),
    await call(tenants, "public.revoke_api_key($1)", [id]),
    await call(tenants, "public.delete_api_key($1)", [id]),
  ];
  for (const answer of answers) assert.ok(!JSON.stringify(answer).includes(hash));
  assert.deepEqual(
    Object.keys(z.looseObject({}).parse(answers[0])).sort(),
    Object.keys(apiKey.shape).sort(),
  );
});

Deno.test("An owner may select what is shown of a key, and not its hash", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  await actAs(admin, "authenticated", owner, async () => {
    const { rows } = await admin.query(`select ${API_KEY_COLUMNS} from public.api_keys`);
    assert.equal(rows.length, 1);
  });
  for (const role of ["authenticated", "service_role"] as const) {
    const select = () => admin.query("select key_hash from public.api_keys");
    assert.equal(await sqlState(() => actAs(admin, role, owner, select)), "42501");
  }
});

Deno.test(
  "The scopes of a key come from the catalogue that the code has",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { rows: [row] } = await tenants.admin.query(
      "select private.api_key_scopes() as scopes",
    );
    assert.deepEqual(row?.scopes, SCOPES);
    const { fields } = await problemOf(() =>
      newKey(tenants.admin, tenants.owner, { scopes: ["ivr:read", "admin:write"] })
    );
    assert.deepEqual(fields, [{
      path: "scopes",
      message: `Must be one or more of *, ${SCOPES.join(", ")}`,
    }]);
  },
);

const TOO_MANY = Array.from({ length: 101 }, (_, n) => `203.0.113.${n}`);

/** Settings that no key may have, by the field that is named. */
const BAD_SETTINGS: Record<string, readonly unknown[]> = {
  name: ["", "   ", "x".repeat(101), "x".repeat(300), null],
  scopes: [[], ["ivr"], ["ivr:*"], ["IVR:READ"], [null], [""], "ivr:read", {}, null, 1],
  enabled: [null, "perhaps", 2, []],
  expires_at: ["2001-01-01T00:00:00Z", "never", "infinity", "-infinity", "2999-01-01", 5, {}],
  rate_limit: [0, -1, 1_000_001, 2 ** 40, 1.5, "many", {}],
  usage_quota: [0, -1, 10 ** 13, 1e30, "many", []],
  allowed_ips: [[], ["example.com"], ["10.0.0.1/8"], ["10.0.0.0/33"], [null], TOO_MANY, "x", {}],
  metadata: [null, [], "x", 1, { long: "x".repeat(4096) }],
  key_hash: [freshHash()],
  usage_count: [0],
  revoked_at: [null],
  user_id: [crypto.randomUUID()],
};

Deno.test(
  "Settings that no key may have are refused with the field's name, and nothing is written",
  onPostgres,
  async (t) => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id } = await newKey(admin, owner);
    const before = await stored(tenants, id);
    for (const [field, values] of Object.entries(BAD_SETTINGS)) {
      for (const value of values) {
        await t.step(`${field}: ${JSON.stringify(value).slice(0, 40)}`, async () => {
          for (
            const attempt of [
              () => newKey(admin, owner, { [field]: value }),
              () => update(tenants, id, { [field]: value }),
            ]
          ) {
            const { state, code, fields } = await problemOf(attempt);
            assert.deepEqual({ state, code, paths: fields.map(({ path }) => path) }, {
              state: "PT422",
              code: "validation_failed",
              paths: [field],
            });
          }
        });
      }
    }
    assert.deepEqual(await stored(tenants, id), before);
    const { rowCount } = await admin.query("select from public.api_keys");
    assert.equal(rowCount, 2);
  },
);

Deno.test(
  "Every field at fault is named at once, also those that are missing",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const create = (settings: unknown) =>
      problemOf(() =>
        call(tenants, "public.create_api_key($1, 'vx_1111111', $2)", [
          freshHash(),
          JSON.stringify(settings),
        ])
      );
    const paths = (problem: Awaited<ReturnType<typeof problemOf>>) =>
      problem.fields.map(({ path }) => path).sort();
    assert.deepEqual(paths(await create({ rate_limit: 0, metadata: 1 })), [
      "metadata",
      "name",
      "rate_limit",
      "scopes",
    ]);
    for (const settings of [null, [], "x"]) {
      assert.equal((await create(settings)).state, "PT422");
    }
  },
);

Deno.test(
  "A change of settings leaves the others, and null takes a limit away",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { id } = await newKey(tenants.admin, tenants.owner, {
      name: "Before",
      rate_limit: 5,
      usage_quota: 7,
      expires_at: fromNow(HOUR_MS),
      allowed_ips: ["10.0.0.0/8"],
    });
    const renamed = await update(tenants, id, { name: "After", rate_limit: 2000 });
    assert.deepEqual(
      [renamed.name, renamed.rate_limit, renamed.usage_quota, renamed.allowed_ips],
      ["After", 2000, 7, ["10.0.0.0/8"]],
    );
    const freed = await update(tenants, id, {
      rate_limit: null,
      usage_quota: null,
      expires_at: null,
      allowed_ips: null,
    });
    assert.deepEqual(
      [freed.rate_limit, freed.usage_quota, freed.expires_at, freed.allowed_ips],
      [null, null, null, null],
    );
  },
);

Deno.test(
  "Changing another setting of an expired key is allowed, and it stays listed",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    await admin.query("update public.api_keys set expires_at = now() - interval '1 day'");
    assert.equal((await update(tenants, id, { name: "Old" })).name, "Old");
    assert.equal(await judge(tenants, hash), "expired");
    await actAs(admin, "authenticated", owner, async () => {
      assert.equal(
        (await admin.query(`select ${API_KEY_COLUMNS} from public.api_keys`)).rowCount,
        2,
      );
    });
    await update(tenants, id, { expires_at: fromNow(HOUR_MS) });
    assert.equal(await judge(tenants, hash), "valid");
  },
);

Deno.test("Revoking is one-way, and a second time changes nothing", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner } = tenants;
  const { id, hash } = await newKey(admin, owner);
  const revoked = await revoke(tenants, id);
  assert.ok(revoked.revoked_at);
  assert.equal(await judge(tenants, hash), "revoked");
  assert.deepEqual(await revoke(tenants, id), revoked);
  for (
    const attempt of [
      () => update(tenants, id, { enabled: true }),
      () => rotate(tenants, id, 1),
    ]
  ) {
    const { state, code } = await problemOf(attempt);
    assert.deepEqual([state, code], ["PT409", "key_revoked"]);
  }
  // Not even the owner of the table takes it back.
  for (const value of ["null", "now() + interval '1 day'"]) {
    const revive = () => admin.query(`update public.api_keys set revoked_at = ${value}`);
    assert.equal(await sqlState(revive), "PT409");
  }
});

Deno.test("A disabled key can be enabled again", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id, hash } = await newKey(tenants.admin, tenants.owner);
  await update(tenants, id, { enabled: false });
  assert.equal(await judge(tenants, hash), "disabled");
  await update(tenants, id, { enabled: true });
  assert.equal(await judge(tenants, hash), "valid");
});

Deno.test(
  "Rotating gives a key with the same settings and counts, and both work until the overlap ends",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner, {
      scopes: ["ivr:read"],
      rate_limit: 10,
      usage_quota: 20,
      expires_at: fromNow(30 * 24 * HOUR_MS),
      allowed_ips: null,
      metadata: { team: "billing" },
    });
    for (let use = 0; use < 3; use++) await judge(tenants, hash);
    const before = await stored(tenants, id);
    const successor = freshHash();
    const { api_key, previous } = await rotate(tenants, id, 24, { hash: successor });
    const after = await stored(tenants, api_key.id);
    for (
      const column of [
        "user_id",
        "name",
        "scopes",
        "rate_limit",
        "usage_quota",
        "usage_count",
        "window_start",
        "window_count",
        "expires_at",
        "allowed_ips",
        "metadata",
      ]
    ) {
      assert.deepEqual(after[column], before[column], column);
    }
    assert.equal(api_key.rotated_from, id);
    const end = Date.parse(previous.expires_at ?? "");
    assert.ok(Math.abs(end - Date.now() - 24 * HOUR_MS) < 60_000);
    assert.equal(await judge(tenants, hash, new Date(end - 1)), "valid");
    assert.equal(await judge(tenants, hash, new Date(end + 1)), "expired");
    assert.equal(await judge(tenants, successor, new Date(end + 1)), "valid");
  },
);

Deno.test(
  "An overlap never takes a key past its own expiry, and none ends it at once",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const expires_at = fromNow(2 * HOUR_MS);
    const short = await newKey(tenants.admin, tenants.owner, { expires_at });
    const { previous, api_key } = await rotate(tenants, short.id, 168);
    assert.equal(Date.parse(previous.expires_at ?? ""), Date.parse(expires_at));
    assert.equal(api_key.expires_at, previous.expires_at);

    const { id, hash } = await newKey(tenants.admin, tenants.owner);
    await rotate(tenants, id, 0);
    assert.equal(await judge(tenants, hash), "expired");
  },
);

Deno.test(
  "An overlap out of range is refused, and so is rotating an expired key",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { id } = await newKey(tenants.admin, tenants.owner);
    for (const hours of [-1, 169, null]) {
      const { state, fields } = await problemOf(() => rotate(tenants, id, hours));
      assert.deepEqual([state, fields[0]?.path], ["PT422", "overlap_hours"]);
    }
    await tenants.admin.query("update public.api_keys set expires_at = now()");
    const { state, code } = await problemOf(() => rotate(tenants, id, 1));
    assert.deepEqual([state, code], ["PT409", "key_expired"]);
  },
);

Deno.test("A key that was disabled can be rotated, into one that works", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id } = await newKey(tenants.admin, tenants.owner, { enabled: false });
  const { api_key, previous } = await rotate(tenants, id, 1);
  assert.deepEqual([api_key.enabled, previous.enabled], [true, false]);
});

Deno.test(
  "A program makes, changes, rotates and stops only keys that reach no further than its own",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const own = {
      scopes: ["api-keys:write", "ivr:read"],
      rate_limit: 100,
      usage_quota: 1000,
      expires_at: fromNow(24 * HOUR_MS),
      allowed_ips: ["203.0.113.0/24", "2001:db8::/32"],
    };
    const inside = {
      ...own,
      scopes: ["ivr:read"],
      rate_limit: 99,
      allowed_ips: ["203.0.113.128/25", "2001:db8::1"],
    };
    const { id: by } = await newKey(admin, owner, own);
    const create = (settings: object) =>
      call(
        tenants,
        "public.create_api_key($1, 'vx_1111111', $2)",
        [freshHash(), JSON.stringify({ name: "x", ...settings })],
        by,
      );
    const wider: Record<string, object> = {
      scopes: { scopes: ["ivr:read", "ivr:write"] },
      rate_limit: { rate_limit: 101 },
      usage_quota: { usage_quota: null },
      expires_at: { expires_at: fromNow(25 * HOUR_MS) },
      allowed_ips: { allowed_ips: ["203.0.113.1", "198.51.100.0/24"] },
    };
    for (const [field, setting] of Object.entries(wider)) {
      const { id: outside } = await newKey(admin, owner, { ...inside, ...setting });
      const { id: narrow } = await newKey(admin, owner, inside);
      const before = [await stored(tenants, outside), await stored(tenants, narrow)];
      const attempts: Record<string, () => Promise<unknown>> = {
        create: () => create({ ...inside, ...setting }),
        widen: () => update(tenants, narrow, setting, by),
        "widen itself": () => update(tenants, by, setting, by),
        rename: () => update(tenants, outside, { name: "mine" }, by),
        narrow: () => update(tenants, outside, inside, by),
        rotate: () => rotate(tenants, outside, 1, { by }),
        revoke: () => call(tenants, "public.revoke_api_key($1)", [outside], by),
        delete: () => call(tenants, "public.delete_api_key($1)", [outside], by),
      };
      for (const [what, attempt] of Object.entries(attempts)) {
        const { state, code, fields } = await problemOf(attempt);
        const expected = field === "scopes" ? "insufficient_scope" : "forbidden";
        assert.deepEqual([state, code], ["PT403", expected], `${what} past ${field}`);
        assert.deepEqual(fields.map(({ path }) => path), [field]);
      }
      assert.deepEqual([await stored(tenants, outside), await stored(tenants, narrow)], before);
      await update(tenants, narrow, { name: "Renamed" }, by);
      const { api_key } = await rotate(tenants, narrow, 1, { by });
      await call(tenants, "public.revoke_api_key($1)", [api_key.id], by);
      await call(tenants, "public.delete_api_key($1)", [api_key.id], by);
    }
    await create(inside);
    await rotate(tenants, by, 0, { by });
  },
);

Deno.test("A program whose key is gone changes nothing any more", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id } = await newKey(tenants.admin, tenants.owner);
  const { state, code } = await problemOf(() =>
    update(tenants, id, { name: "x" }, crypto.randomUUID())
  );
  assert.deepEqual([state, code], ["PT403", "forbidden"]);
});

Deno.test("Deleting a key takes what it used along", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, keyId } = tenants;
  const used = async () => (await admin.query("select from public.api_key_usage")).rowCount;
  assert.equal(await used(), 1);
  await call(tenants, "public.delete_api_key($1)", [keyId]);
  assert.equal(await used(), 0);
  assert.equal((await admin.query("select from public.api_keys")).rowCount, 0);
});

Deno.test("A rotated key outlives the one that it replaces", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id } = await newKey(tenants.admin, tenants.owner);
  const { api_key } = await rotate(tenants, id, 1);
  await call(tenants, "public.delete_api_key($1)", [id]);
  assert.equal((await stored(tenants, api_key.id)).rotated_from, null);
});

Deno.test(
  "Every change of a key is on its owner's trail under its own name, and no use is",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { owner } = tenants;
    const { id, hash } = await newKey(tenants.admin, owner);
    await judge(tenants, hash);
    await judge(tenants, "f".repeat(64));
    await update(tenants, id, { name: "Renamed", rate_limit: 5 });
    await update(tenants, id, { name: "Renamed" });
    const { api_key } = await rotate(tenants, id, 1);
    await revoke(tenants, id);
    await revoke(tenants, id);
    await call(tenants, "public.delete_api_key($1)", [id]);
    assert.deepEqual(await actionsOn(tenants, id), [
      { action: "api-keys.create", changes: {}, actor: owner },
      { action: "api-keys.update", changes: { columns: ["name", "rate_limit"] }, actor: owner },
      { action: "api-keys.update", changes: { columns: ["expires_at"] }, actor: owner },
      { action: "api-keys.revoke", changes: {}, actor: owner },
      { action: "api-keys.delete", changes: {}, actor: owner },
    ]);
    assert.deepEqual(await actionsOn(tenants, api_key.id), [
      { action: "api-keys.rotate", changes: { rotated_from: id }, actor: owner },
    ]);
  },
);

Deno.test("Counting leaves updated_at, changing does not", onPostgres, async () => {
  await using tenants = await createTenants();
  const { id, hash } = await newKey(tenants.admin, tenants.owner);
  const { updated_at } = await stored(tenants, id);
  await judge(tenants, hash);
  assert.deepEqual((await stored(tenants, id)).updated_at, updated_at);
  await update(tenants, id, { name: "Renamed" });
  assert.notDeepEqual((await stored(tenants, id)).updated_at, updated_at);
});

Deno.test(
  "A leaked key is disabled and its owner's trail says where it was",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    const report = (keyHash: string) =>
      actAs(admin, "service_role", null, async () => {
        const { rows: [row] } = await admin.query(
          "select public.disable_leaked_api_key($1, 'commit', 'https://example.com/leak') as result",
          [keyHash],
        );
        return row?.result;
      }, "commit");
    assert.deepEqual(await report(hash), { key_id: id, user_id: owner });
    assert.equal(await judge(tenants, hash), "disabled");
    const { action, changes } = (await actionsOn(tenants, id)).at(-1) ?? assert.fail();
    assert.deepEqual([action, changes], ["api-keys.leaked", {
      source: "commit",
      url: "https://example.com/leak",
    }]);
    assert.equal(await report("f".repeat(64)), null);
  },
);

Deno.test(
  "No owner writes a key or its use directly, also where a platform granted everything",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, keyId } = tenants;
    await admin.query(
      "grant all on public.api_keys, public.api_key_usage to anon, authenticated",
    );
    const attempts = [
      `insert into public.api_keys (user_id, name, key_prefix, key_hash, scopes)
         values ('${owner}', 'x', 'vx_2222222', '${freshHash()}', '{*}')`,
      "update public.api_keys set rate_limit = null",
      "update public.api_keys set usage_count = 0, window_count = 0",
      "update public.api_keys set revoked_at = null",
      `update public.api_keys set key_hash = '${freshHash()}'`,
      "update public.api_keys set scopes = '{*}'",
      "delete from public.api_keys",
      `insert into public.api_key_usage values ('${keyId}', '${owner}', '2031-01-01', 1)`,
      "update public.api_key_usage set count = 1",
      "delete from public.api_key_usage",
    ];
    for (const sql of attempts) {
      const state = await sqlState(() =>
        actAs(admin, "authenticated", owner, () => admin.query(sql))
      );
      assert.equal(state, "PT403", sql);
    }
  },
);

Deno.test(
  "The use of a key is told hour by hour, with zeros where there was none",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const { id, hash } = await newKey(admin, owner);
    for (const at of ["2031-03-01T10:59:59Z", "2031-03-01T13:00:00Z", "2031-03-01T13:59:59.999Z"]) {
      await judge(tenants, hash, new Date(at));
    }
    const usage = async (from: string, to: string) =>
      apiKeyUsage.parse(
        await call(tenants, "public.get_api_key_usage($1, $2, $3)", [id, from, to]),
      );
    assert.deepEqual(await usage("2031-03-01T10:30:00Z", "2031-03-01T14:00:00Z"), {
      total: 3,
      hours: [
        { hour: "2031-03-01T10:00:00+00:00", count: 1 },
        { hour: "2031-03-01T11:00:00+00:00", count: 0 },
        { hour: "2031-03-01T12:00:00+00:00", count: 0 },
        { hour: "2031-03-01T13:00:00+00:00", count: 2 },
      ],
    });
    const { total, hours } = await usage("2031-03-01T11:00:00Z", "2031-06-01T11:00:00Z");
    assert.deepEqual([total, hours.length], [2, 92 * 24]);
    for (
      const [from, to] of [
        ["2031-03-01T11:00:00Z", "2031-03-01T11:00:00Z"],
        ["2031-03-01T11:00:00Z", "2031-03-01T10:00:00Z"],
        ["2031-03-01T11:00:00Z", "2031-06-02T11:00:00Z"],
        ["-infinity", "2031-06-02T11:00:00Z"],
      ] as const
    ) {
      const { state, fields } = await problemOf(() => usage(from, to));
      assert.deepEqual([state, fields[0]?.path], ["PT422", "to"]);
    }
  },
);
