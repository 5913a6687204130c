import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

/** Adds a secret to the owner's connection, past every function. */
function add({ admin, owner, connectionId }: Tenants, purpose: string, expiresAt: string | null) {
  return sqlState(() =>
    admin.query(
      `insert into private.credentials (id, user_id, connection_id, sealed, purpose, expires_at)
         values (gen_random_uuid(), $1, $2, 'e30..AA.AA.' || $3, $3, $4)`,
      [owner, connectionId, purpose, expiresAt],
    )
  );
}

Deno.test(
  "Of a connection's secrets, those that sign now are loaded, newest first",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, connectionId } = tenants;
    const loaded = async () => {
      const { rows } = await admin.query<{ sealed: string }>(
        `select s ->> 'sealed' as sealed
           from jsonb_array_elements(public.ivr_load_connection('twilio', $1) -> 'secrets') s`,
        [connectionId],
      );
      return rows.map(({ sealed }) => sealed);
    };
    await admin.query("update private.credentials set created_at = now() - interval '1 day'");
    assert.equal(await add(tenants, "api", null), null);
    assert.equal(await add(tenants, "signing", "infinity"), null);
    assert.deepEqual(await loaded(), ["e30..AA.AA.signing", "e30..AA.AA.AA"]);
    await admin.query("update private.credentials set expires_at = now() where expires_at > now()");
    assert.deepEqual(await loaded(), ["e30..AA.AA.AA"]);
  },
);

Deno.test(
  "A connection has at most one secret in force of each kind and one that is replaced",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    assert.equal(await add(tenants, "signing", null), "23505");
    assert.equal(await add(tenants, "signing", "infinity"), null);
    assert.equal(await add(tenants, "signing", "infinity"), "23505");
    assert.equal(await add(tenants, "api", "infinity"), "23514");
    assert.equal(await add(tenants, "api", null), null);
    assert.equal(await add(tenants, "api", null), "23505");
    assert.equal(await add(tenants, "other", null), "23514");
  },
);

/** Gives the owner's connection a secret that can be told by its last part. */
function rotate(
  client: pg.ClientBase,
  { owner, connectionId }: Tenants,
  to: string,
  hours: number,
) {
  return sqlState(() =>
    actAs(
      client,
      "authenticated",
      owner,
      () =>
        client.query("select public.rotate_connection_secret($1, gen_random_uuid(), $2, $3)", [
          connectionId,
          `e30..AA.AA.${to}`,
          hours,
        ]),
      "commit",
    )
  );
}

/** The last parts of the secrets that a request of the provider is checked with. */
async function accepted({ admin, connectionId }: Tenants): Promise<string[]> {
  const { rows } = await admin.query<{ part: string }>(
    `select split_part(s ->> 'sealed', '.', 5) as part
       from jsonb_array_elements(public.ivr_load_connection('twilio', $1) -> 'secrets') s`,
    [connectionId],
  );
  return rows.map(({ part }) => part);
}

Deno.test(
  "Two secrets are accepted until the overlap ends, and a third must wait for it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    assert.equal(await rotate(admin, tenants, "BB", 1), null);
    assert.deepEqual(await accepted(tenants), ["BB", "AA"]);
    assert.equal(await rotate(admin, tenants, "CC", 1), "PT409");
    assert.deepEqual(await accepted(tenants), ["BB", "AA"]);
    await admin.query(
      "update private.credentials set expires_at = now() where expires_at is not null",
    );
    assert.equal(await rotate(admin, tenants, "CC", 168), null);
    assert.deepEqual(await accepted(tenants), ["CC", "BB"]);
    assert.equal(await rotate(admin, tenants, "DD", 0), null);
    assert.deepEqual(await accepted(tenants), ["DD"]);
    for (const hours of [-1, 169]) {
      assert.equal(await rotate(admin, tenants, "EE", hours), "PT422");
    }
    assert.deepEqual(await accepted(tenants), ["DD"]);
  },
);

Deno.test(
  "Of eight rotations at once one succeeds, and the secret before it is accepted still",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const states = await withPool(
      tenants.database.url,
      8,
      (pool) =>
        Promise.all(Array.from({ length: 8 }, async (_, n) => {
          const client = await pool.connect();
          try {
            return await rotate(client, tenants, `B${n}`, 1);
          } finally {
            client.release();
          }
        })),
    );
    assert.deepEqual(states.filter((state) => state === null).length, 1, String(states));
    assert.deepEqual(states.filter((state) => state === "PT409").length, 7);
    const [newest, before, ...more] = await accepted(tenants);
    assert.deepEqual([newest?.startsWith("B"), before, more], [true, "AA", []]);
  },
);

Deno.test(
  "A connection's API secret is set and taken away, and says whose it is",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, connectionId } = tenants;
    const update = (settings: object) =>
      sqlState(() =>
        actAs(
          admin,
          "authenticated",
          owner,
          () =>
            admin.query("select public.update_phone_connection($1, $2)", [
              connectionId,
              JSON.stringify(settings),
            ]),
          "commit",
        )
      );
    const purposes = async () => {
      const { rows } = await admin.query<{ purpose: string }>(
        "select purpose from private.credentials order by purpose",
      );
      return rows.map(({ purpose }) => purpose);
    };
    const api_secret = { id: crypto.randomUUID(), sealed: "e30..AA.AA.AA" };
    assert.equal(await update({ api_secret }), "PT422", "without an account");
    assert.equal(await update({ account_sid: "project", api_secret }), null);
    assert.equal(await update({ api_secret: { ...api_secret, id: crypto.randomUUID() } }), null);
    assert.deepEqual(await purposes(), ["api", "signing"]);
    assert.equal(await update({ account_sid: null }), "PT422");
    assert.equal(await update({ account_sid: null, api_secret: null }), null);
    assert.deepEqual(await purposes(), ["signing"]);
    assert.equal(await update({ provider: "plivo" }), "PT422");
  },
);

Deno.test(
  "The trail says that a secret was rotated or set, and no secret stands in it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, connectionId } = tenants;
    await rotate(admin, tenants, "BB", 5);
    await actAs(
      admin,
      "authenticated",
      owner,
      () =>
        admin.query("select public.update_phone_connection($1, $2)", [
          connectionId,
          JSON.stringify({ account_sid: "AC1", api_secret: null }),
        ]),
      "commit",
    );
    const { rows } = await admin.query<{ action: string; changes: unknown }>(
      "select action, changes from public.audit_logs where resource_id = $1 order by entry",
      [connectionId],
    );
    assert.deepEqual(rows.map(({ action }) => action), [
      "ivr.connections.insert",
      "ivr.connections.rotate-secret",
      "ivr.connections.update",
      "ivr.connections.set-api-secret",
    ]);
    assert.ok(!JSON.stringify(rows).includes("e30"));
  },
);
