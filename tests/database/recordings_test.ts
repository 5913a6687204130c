import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { onPostgres } from "#tests/support/databases.ts";
import { actAs, createTenants, sqlState, type Tenants } from "#tests/support/tenants.ts";

const URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE7";

/** Runs something on so many connections at once, each as the service. */
async function atOnce<Result>(
  { database }: Tenants,
  count: number,
  action: (client: pg.Client, index: number) => Promise<Result>,
): Promise<Result[]> {
  const clients = await Promise.all(Array.from({ length: count }, async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  }));
  try {
    return await Promise.all(
      clients.map((client, index) =>
        actAs(client, "service_role", null, () => action(client, index), "commit")
      ),
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function announce(
  client: pg.Client,
  { connectionId }: Tenants,
  id: string | null,
  url = URL,
  call = "CA1",
): Promise<{ id: string; pending: boolean }> {
  const { rows: [row] } = await client.query(
    "select public.ivr_announce_recording($1, $2, $3, $4, 5) as made",
    [connectionId, call, id, url],
  );
  return row?.made;
}

async function claim(client: pg.Client, lease = 60): Promise<{ id: string; fence: number }[]> {
  const { rows: [row] } = await client.query("select public.ivr_claim_recordings(1, $1) as made", [
    lease,
  ]);
  return row?.made;
}

async function complete(client: pg.Client, id: string): Promise<boolean> {
  const { rows: [row] } = await client.query(
    "select public.ivr_complete_recording($1, 'a/b/c.mp3', 3, 'audio/mpeg') as done",
    [id],
  );
  return row?.done;
}

async function fail(client: pg.Client, id: string, fence: number): Promise<string | null> {
  const { rows: [row] } = await client.query(
    "select public.ivr_fail_recording($1, $2, 'not_found', false) as status",
    [id, fence],
  );
  return row?.status;
}

async function count(admin: pg.Client, what: string): Promise<number> {
  const { rows: [row] } = await admin.query(`select count(*)::integer as n from ${what}`);
  return row?.n;
}

Deno.test(
  "Announcements on twenty connections at once, by id and by URL alone, are one recording",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const ids = await atOnce(tenants, 20, async (client, index) => {
      // Telnyx and Twilio name a recording by its URL alone in a turn, each time with another signature.
      const id = index % 2 ? "RE7" : null;
      return (await announce(client, tenants, id, `${URL}${index % 3 ? "" : `.mp3?X=${index}`}`))
        .id;
    });
    assert.equal(new Set(ids).size, 1);
    assert.equal(
      await count(
        tenants.admin,
        "public.call_recordings where id <> all (select id from public.call_recordings where provider_recording_id = 'RE1')",
      ),
      1,
    );
    const { rows } = await tenants.admin.query(
      "select provider_recording_id from public.call_recordings where id = $1",
      [ids[0]],
    );
    assert.equal(rows[0]?.provider_recording_id, "RE7");
  },
);

Deno.test(
  "Two recordings of a call are two, and one of another call is not taken",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, connectionId, menuId } = tenants;
    const one = await announce(admin, tenants, "RE7");
    const two = await announce(admin, tenants, "RE8", `${URL}8`);
    assert.notEqual(one.id, two.id);
    const state = JSON.stringify({
      menu_stack: [menuId],
      no_input_count: 0,
      invalid_count: 0,
      digits: "",
    });
    await admin.query(
      `select public.ivr_start_session($1, 'CA2', null, '+15550100100',
         (select published_version_id from public.ivr_menus where id = $2), $3, '{"kind": "call_started"}', 'entered', 'x')`,
      [connectionId, menuId, state],
    );
    const taken = await sqlState(() => announce(admin, tenants, "RE7", URL, "CA2"));
    assert.equal(taken, "PT409");
    // The same URL without a name is another call's own.
    assert.notEqual((await announce(admin, tenants, null, URL, "CA2")).id, one.id);
    assert.equal(await sqlState(() => announce(admin, tenants, "RE9", URL, "CA3")), "PT404");
  },
);

Deno.test(
  "Each recording is claimed by one worker of many, until its lease ends",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    for (let n = 0; n < 7; n++) await announce(admin, tenants, `RE1${n}`, `${URL}${n}`);
    const claimed = (await atOnce(tenants, 16, (client) => claim(client))).flat().map(({ id }) =>
      id
    );
    // Skipped while another claims it, one may be left to the next run; none goes to two.
    assert.equal(new Set(claimed).size, claimed.length);
    while ((await claim(admin)).length > 0);
    assert.equal(await count(admin, "public.call_recordings where attempts = 1"), 8);
    await admin.query(
      "update private.recording_sources set leased_until = now() - interval '1 second'",
    );
    assert.equal((await claim(admin)).length, 1);
  },
);

Deno.test(
  "However many workers complete a recording, its owner is told once",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const [{ id } = { id: "" }] = await claim(admin);
    const done = await atOnce(tenants, 10, (client) => complete(client, id));
    assert.ok(done.every(Boolean));
    assert.equal(await count(admin, "public.webhook_events where type = 'voicemail.received'"), 1);
    const { rows: [log] } = await admin.query(
      `select l.recording_path from public.call_logs l join public.call_recordings r on r.call_log_id = l.id where r.id = $1`,
      [id],
    );
    assert.equal(log?.recording_path, "a/b/c.mp3");
    assert.equal(
      await complete(admin, crypto.randomUUID()),
      false,
      "One that is gone is told apart",
    );
  },
);

Deno.test(
  "A worker whose lease was taken over cannot fail the copy of another",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const [first = { id: "", fence: 0 }] = await claim(admin, 0);
    const [second = { id: "", fence: 0 }] = await claim(admin);
    assert.equal(second.id, first.id);
    assert.equal(await fail(admin, first.id, first.fence), null);
    assert.equal(await fail(admin, second.id, second.fence), "pending");
    // Late, but with the file in its place.
    assert.equal(await complete(admin, first.id), true);
    assert.equal(await fail(admin, second.id, second.fence), null);
    assert.equal(
      await count(admin, "public.call_recordings where status = 'copied' and error is null"),
      1,
    );
  },
);

Deno.test(
  "A recording that ends every process that copies it is given up",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    for (let attempt = 1; attempt <= 10; attempt++) assert.equal((await claim(admin, 0)).length, 1);
    assert.equal((await claim(admin, 0)).length, 0);
    const { rows } = await admin.query(
      "select status, error, attempts from public.call_recordings",
    );
    assert.deepEqual(rows, [{ status: "failed", error: "interrupted", attempts: 10 }]);
    assert.equal((await claim(admin, 0)).length, 0);
  },
);

Deno.test("Claims, completions and announcements at once lock nobody out", onPostgres, async () => {
  await using tenants = await createTenants();
  const states = await atOnce(tenants, 24, (client, index) =>
    sqlState(async () => {
      await client.query("savepoint s");
      for (let round = 0; round < 5; round++) {
        const { id } = await announce(client, tenants, "RE7");
        if (index % 3 === 0) {
          for (const one of await claim(client, 0)) await fail(client, one.id, one.fence);
        }
        if (index % 3 === 1) await complete(client, id);
      }
    }));
  assert.deepEqual([...new Set(states)], [null]);
});

Deno.test(
  "The bucket is private, and nobody but the service may write to it",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, owner, stranger } = tenants;
    const { rows: [bucket] } = await admin.query(
      "select public, file_size_limit::integer as limit from storage.buckets where id = 'recordings'",
    );
    assert.deepEqual(bucket, { public: false, limit: 104_857_600 });
    await admin.query(
      "insert into storage.objects (bucket_id, name) values ('recordings', $1), ('recordings', 'x')",
      [`${owner}/c/r.mp3`],
    );
    const seen = (role: "anon" | "authenticated", user: string | null) =>
      actAs(admin, role, user, () => count(admin, "storage.objects"));
    assert.deepEqual(
      [
        await seen("authenticated", owner),
        await seen("authenticated", stranger),
        await seen("anon", null),
      ],
      [1, 0, 0],
    );
    const insert = "insert into storage.objects (bucket_id, name) values ('recordings', $1)";
    const written = await sqlState(() =>
      actAs(admin, "authenticated", owner, () => admin.query(insert, [`${owner}/c/x.mp3`]))
    );
    assert.equal(written, "42501");
  },
);

Deno.test(
  "A call has fifty recordings at most, and who repeats one of them is answered",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const own =
      "public.call_recordings where session_id = (select id from public.ivr_sessions where session_id = 'CA1')";
    for (let n = await count(admin, own); n < 50; n++) {
      await announce(admin, tenants, `RE2${n}`, `${URL}${n}`);
    }
    assert.equal(await sqlState(() => announce(admin, tenants, "RE9", `${URL}x`)), "PT409");
    assert.equal((await announce(admin, tenants, "RE249", `${URL}49`)).pending, true);
    assert.equal(await count(admin, own), 50);
  },
);
