import assert from "node:assert/strict";
import { PROVIDER_NAMES } from "#shared/ivr/providers/mod.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState } from "#tests/support/tenants.ts";

Deno.test(
  "A connection can be made to every provider in the table, and to no other",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    const connect = (provider: string) =>
      sqlState(() =>
        actAs(
          admin,
          "authenticated",
          owner,
          () =>
            admin.query(
              "select public.create_phone_connection(gen_random_uuid(), $1, 'Line', null, gen_random_uuid(), 'e30..AA.AA.AA')",
              [provider],
            ),
        )
      );
    for (const provider of PROVIDER_NAMES) assert.equal(await connect(provider), null);
    assert.equal(await connect("acme"), "23514");
  },
);
