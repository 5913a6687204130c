import assert from "node:assert/strict";
import { join } from "node:path";
import { MIGRATIONS } from "#local/paths.ts";
import { onPostgres } from "#tests/support/databases.ts";
import { createTenants, type Tenants } from "#tests/support/tenants.ts";

/** The part of the migration that rewrites entries from before it. */
async function rewriting(): Promise<string> {
  const file = join(MIGRATIONS, "20261123000310_personal_data.sql");
  const [, block] = /^-- Entries from before[^\n]*\n(do \$migration\$.*?^\$migration\$;)/ms
    .exec(await Deno.readTextFile(file)) ?? [];
  return block ?? assert.fail("The migration rewrites nothing");
}

/** Ends a chain with entries as they were written before users were subjects in them. */
async function addOldEntries({ admin }: Tenants, of: string, actors: string[]): Promise<void> {
  for (const actor of actors) {
    await admin.query(
      `do $$
       declare
         v_entry public.audit_logs;
         v_previous bytea;
       begin
         insert into private.audit_subjects (user_id) values ('${of}') on conflict do nothing;
         select subject_id into v_entry.subject_id from private.audit_subjects where user_id = '${of}';
         insert into private.audit_heads values (v_entry.subject_id, 0, '') on conflict do nothing;
         select entries + 1, hash into v_entry.entry, v_previous from private.audit_heads where subject_id = v_entry.subject_id;
         v_entry.id := gen_random_uuid();
         v_entry.created_at := clock_timestamp();
         v_entry.actor := '${actor}';
         v_entry.action := 'old.entry';
         v_entry.resource := 'webhook_limits';
         v_entry.resource_id := '${of}';
         v_entry.changes := '{}';
         v_entry.hash := private.audit_hash(v_previous, v_entry);
         insert into public.audit_logs values (v_entry.*);
         update private.audit_heads set entries = v_entry.entry, hash = v_entry.hash where subject_id = v_entry.subject_id;
       end $$`,
    );
  }
}

async function rowsOf({ admin }: Tenants, query: string): Promise<unknown[]> {
  return (await admin.query(query)).rows;
}

Deno.test(
  "Entries from before name no user any more, and the chains that had them are whole",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const gone = crypto.randomUUID();
    await addOldEntries(tenants, owner, [owner, "postgres", stranger, gone]);
    await addOldEntries(tenants, gone, [gone]);
    await admin.query(await rewriting());
    assert.deepEqual(await rowsOf(tenants, "select * from public.verify_audit_chain()"), []);
    const [named] = await rowsOf(
      tenants,
      `select count(*)::integer as n from public.audit_logs l where to_jsonb(l)::text ~ '${owner}|${stranger}|${gone}'`,
    );
    assert.deepEqual(named, { n: 0 });
    const actors = await rowsOf(
      tenants,
      `select coalesce(s.user_id::text, l.actor) as actor from public.audit_logs l
         left join private.audit_subjects s on s.subject_id::text = l.actor
        where l.action = 'old.entry' and l.subject_id = (select subject_id from private.audit_subjects where user_id = '${owner}')
        order by l.entry`,
    );
    assert.deepEqual(actors, [owner, "postgres", stranger, gone].map((actor) => ({ actor })));
    const [entry] = await rowsOf(
      tenants,
      "select changes from public.audit_logs where action = 'audit.pseudonymise'",
    );
    assert.deepEqual(entry, { changes: { chains: 2 } });
    await assert.rejects(() => admin.query("update public.audit_logs set actor = 'nobody'"));
    // A second time there is nothing to do.
    await admin.query(await rewriting());
    const [again] = await rowsOf(
      tenants,
      "select count(*)::integer as n from public.audit_logs where action = 'audit.pseudonymise'",
    );
    assert.deepEqual(again, { n: 1 });
  },
);

Deno.test(
  "Writing old entries anew makes no chain whole that was not",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner } = tenants;
    await addOldEntries(tenants, owner, [owner, owner, owner, owner]);
    const chain = `(select subject_id from private.audit_subjects where user_id = '${owner}')`;
    const last = `(select entries from private.audit_heads where subject_id = ${chain})`;
    await admin.query("set session_replication_role = replica");
    await admin.query(
      `update public.audit_logs set action = 'nothing' where subject_id = ${chain} and entry = ${last} - 3`,
    );
    await admin.query(
      `delete from public.audit_logs where subject_id = ${chain} and entry = ${last} - 1`,
    );
    await admin.query("set session_replication_role = origin");
    const broken = () =>
      rowsOf(
        tenants,
        "select entry, problem from public.verify_audit_chain() order by entry",
      );
    const before = await broken();
    assert.equal(before.length, 2);
    await admin.query(await rewriting());
    assert.deepEqual(await broken(), before);
    const [named] = await rowsOf(
      tenants,
      `select count(*)::integer as n from public.audit_logs l where to_jsonb(l)::text ~ '${owner}'`,
    );
    assert.deepEqual(named, { n: 0 });
  },
);
