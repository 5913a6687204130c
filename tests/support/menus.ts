import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { actAs, type Tenants } from "./tenants.ts";

const PROBLEMS = z.array(z.object({ path: z.string(), message: z.string() }));

/** Adds a draft of the owner's; answers its id. */
export async function addMenu(
  { admin, owner }: Tenants,
  columns: Record<string, unknown>,
): Promise<string> {
  const { rows: [row] } = await actAs(admin, "authenticated", owner, () =>
    admin.query(
      `insert into public.ivr_menus (name, prompt, ${Object.keys(columns)})
       values ('x', 'x', ${Object.keys(columns).map((_, n) => `$${n + 1}`)}) returning id`,
      Object.values(columns).map((value) =>
        typeof value === "object" ? JSON.stringify(value) : value
      ),
    ), "commit");
  return String(row?.id);
}

/** Publishes a draft of the owner's; answers the version's id. */
export async function publish({ admin, owner }: Tenants, id: string): Promise<unknown> {
  return await actAs(admin, "authenticated", owner, async () => {
    const { rows: [row] } = await admin.query("select * from public.publish_ivr_menu($1)", [id]);
    return row?.version_id;
  }, "commit");
}

/** What stands in the way of publishing a draft. */
export async function problemsOf(
  tenants: Tenants,
  id: string,
): Promise<{ path: string; message: string }[]> {
  try {
    await publish(tenants, id);
  } catch (error) {
    assert.ok(error instanceof pg.DatabaseError);
    assert.deepEqual([error.code, error.detail], ["PT422", "invalid_menu"]);
    return PROBLEMS.parse(JSON.parse(error.hint ?? ""));
  }
  assert.fail("The menu was published");
}
