import assert from "node:assert/strict";
import { menuVersion } from "#shared/ivr/menu.ts";
import { newSession, type SessionState } from "#shared/ivr/session.ts";
import { step } from "#shared/ivr/step.ts";
import { onPostgres, withPool } from "#tests/support/databases.ts";
import { addMenu, problemsOf, publish } from "#tests/support/menus.ts";
import { actAs, createTenants } from "#tests/support/tenants.ts";

const BYE = { digit: "1", label: "Bye", action: "hangup" };

function submenu(target: string) {
  return { digit: "2", label: "Down", action: "submenu", target };
}

Deno.test(
  "Whoever publishes past the functions is held to the same checks",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const weekly = [{ days: [1], from: "09:00", to: "17:00" }];
    const hours = (target: string) => ({
      time_zone: "UTC",
      weekly,
      closed: { action: "submenu", target },
    });
    const top = await addMenu(tenants, {
      key: "top",
      items: [BYE, submenu("below")],
      closed_prompt: "\u00a0",
      hours: hours("below"),
    });
    await addMenu(tenants, { key: "below", items: [BYE], hours: hours("top") });
    await addMenu(tenants, { key: "lost", items: [BYE], parent_menu_id: top });
    const problems = await problemsOf(tenants, top);
    assert.deepEqual([...new Set(problems.map(({ path }) => path))], [
      "menus.below.hours.closed.target",
      "menus.lost.parent_menu_id",
      "menus.top.closed_prompt",
      "menus.top.hours.closed.target",
    ]);
    assert.equal(problems.filter(({ message }) => message.includes("circle")).length, 2);
  },
);

Deno.test(
  "A version larger than a mebibyte is not published",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const prompts = { prompt: "ä".repeat(1500), invalid_prompt: "ö".repeat(1500) };
    const tags = ["de-DE", "de-AT", "de-CH", "fr-FR", "fr-CA", "it-IT", "nl-NL", "pt-PT"];
    const translations = Object.fromEntries(tags.map((tag) => [tag, prompts]));
    for (let n = 0; n < 24; n++) {
      await addMenu(tenants, {
        key: `m${n}`,
        translations,
        items: [BYE, submenu(`m${(n + 1) % 24}`)],
      });
    }
    const first = await addMenu(tenants, { key: "first", items: [submenu("m0")] });
    assert.deepEqual(await problemsOf(tenants, first), [{
      path: "menus.first.items",
      message: "All that can be reached from here is larger than 1 MiB together",
    }]);
  },
);

Deno.test(
  "An entry that others take together is found however much it matches",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const isHidden = async (entry: string, ...by: string[]) => {
      const { rows: [row] } = await tenants.admin.query(
        "select private.is_ivr_entry_hidden($1, $2) as hidden",
        [entry, by],
      );
      return row?.hidden;
    };
    assert.equal(await isHidden("xxxx", "[0-4]xxx", "[5-9]xxx"), true);
    assert.equal(await isHidden("xxxx", "[0-4]xxx", "[6-9]xxx"), false);
    assert.equal(
      await isHidden("x".repeat(20), ...Array.from({ length: 10 }, (_, n) => n + "x".repeat(19))),
      true,
    );
    assert.equal(
      await isHidden("x".repeat(20), ...Array.from({ length: 9 }, (_, n) => n + "x".repeat(19))),
      false,
    );
    assert.equal(await isHidden("xx", "[0-4]x", "[5-9][0-4]", "[5-9][5-8]", "[5-9]9"), true);
    assert.equal(await isHidden("xx", "[0-4]x", "[5-9][0-4]", "[5-9][5-8]", "[6-9]9"), false);
    assert.equal(await isHidden("12", "1", "123", "1x"), true);
    assert.equal(await isHidden("12"), false);
    // Half of the positions each decide alone: the most that can be kept in mind at once.
    const halves = Array.from({ length: 11 }, (_, n) => "x".repeat(n) + "0" + "x".repeat(19 - n));
    assert.equal(await isHidden("x".repeat(20), ...halves), false);
  },
);

Deno.test(
  "Publications and rollbacks at once each get a number of their own, in the order of their times",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin, database, owner, menuId } = tenants;
    await withPool(
      database.url,
      8,
      (pool) =>
        Promise.all(Array.from({ length: 16 }, async (_, n) => {
          const client = await pool.connect();
          try {
            await actAs(client, "authenticated", owner, () =>
              client.query(
                n % 2 === 0
                  ? "select public.publish_ivr_menu($1)"
                  : "select public.rollback_ivr_menu($1, 1)",
                [menuId],
              ), "commit");
          } finally {
            client.release();
          }
        })),
    );
    const { rows } = await admin.query(
      "select version, restored_from from public.ivr_menu_versions where menu_id = $1 order by created_at",
      [menuId],
    );
    assert.deepEqual(
      rows.map(({ version }) => version),
      Array.from({ length: 17 }, (_, n) => n + 1),
    );
    assert.equal(rows.filter(({ restored_from }) => restored_from === 1).length, 8);
    const { rows: [published] } = await admin.query(
      "select v.version from public.ivr_menus m join public.ivr_menu_versions v on v.id = m.published_version_id where m.id = $1",
      [menuId],
    );
    assert.equal(published?.version, 17);
  },
);

Deno.test("What was edited since it was checked is not published", onPostgres, async () => {
  await using tenants = await createTenants();
  const { admin, owner, menuId } = tenants;
  const asOwner = <Result>(action: () => Promise<Result>) =>
    actAs(admin, "authenticated", owner, action, "commit");
  const { rows: [checked] } = await asOwner(() =>
    admin.query("select public.check_ivr_menu($1) ->> 'digest' as digest", [menuId])
  );
  const publishChecked = () =>
    asOwner(() => admin.query("select public.publish_ivr_menu($1, $2)", [menuId, checked?.digest]));
  await publishChecked();
  await asOwner(() =>
    admin.query("update public.ivr_menus set prompt = 'Edited' where id = $1", [menuId])
  );
  await assert.rejects(publishChecked(), { code: "PT409" });
  const { rows } = await admin.query("select version from public.ivr_menu_versions order by 1");
  assert.deepEqual(rows.map(({ version }) => version), [1, 2]);
});

Deno.test(
  "No menu that can be published goes on for ever without a key press, open or closed",
  onPostgres,
  async () => {
    await using tenants = await createTenants();
    const { admin } = tenants;
    const finals = [
      null,
      { action: "agent", target: "desk" },
      { action: "submenu", target: "b" },
      { action: "repeat" },
      { action: "voicemail", then: "top" },
    ];
    const doors = [null, ...["a", "b", "c"].map((target) => ({ action: "submenu", target })), BYE];
    const weekly = [{ days: [1], from: "09:00", to: "17:00" }];
    const hours = (closed: unknown) =>
      closed === null ? null : JSON.stringify({ time_zone: "UTC", weekly, closed });
    const a = await addMenu(tenants, { key: "a", items: [BYE, submenu("b")] });
    await addMenu(tenants, { key: "b", items: [BYE, { ...submenu("c") }] });
    await addMenu(tenants, { key: "c", items: [BYE, submenu("a")] });
    let published = 0;
    for (const [n, final] of finals.entries()) {
      // What leads back when a limit is spent is refused whatever the doors are.
      const tried = n < 2 ? doors : [null];
      for (const first of tried) {
        for (const second of tried) {
          const set = (key: string, door: unknown) =>
            admin.query(
              "update public.ivr_menus set hours = $2, no_input_final = $3 where key = $1",
              [key, hours(door), final === null ? null : JSON.stringify(final)],
            );
          await set("a", first);
          await set("b", second);
          const versionId = await publish(tenants, a).catch(() => null);
          if (versionId === null) continue;
          published++;
          const { rows: [row] } = await admin.query(
            "select document from public.ivr_menu_versions where id = $1",
            [versionId],
          );
          const version = menuVersion.parse(row?.document);
          for (const day of ["2026-11-23T10:00:00Z", "2026-11-22T10:00:00Z"]) {
            for (const start of Object.keys(version.menus)) {
              assert.ok(
                endsInSilence(version, start, new Date(day)),
                JSON.stringify({ final, first, second }),
              );
            }
          }
        }
      }
    }
    assert.ok(published >= 20, `Only ${published} were published`);
  },
);

/** Whether a caller who never presses a key is let go within a dozen turns. */
function endsInSilence(version: Parameters<typeof step>[0], start: string, now: Date): boolean {
  let session: SessionState = newSession(start);
  for (let turn = 0; turn < 12; turn++) {
    const input = turn === 0
      ? { kind: "call_started" } as const
      : session.pending?.kind === "connection"
      ? { kind: "connection_ended", result: "busy" } as const
      : { kind: "no_input" } as const;
    const circumstances = {
      turn,
      now,
      startedAt: now,
      called: null,
      refused: false,
      transfers: null,
      callout: null,
    };
    session = step(version, session, input, circumstances).session;
    if (session.end_reason !== null) return true;
  }
  return false;
}
