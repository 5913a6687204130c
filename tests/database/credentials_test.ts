import assert from "node:assert/strict";
import { onPostgres } from "#tests/support/databases.ts";
import { createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

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
