import assert from "node:assert/strict";
import { z } from "zod";
import type { Tenant, TestStack } from "./stack.ts";
import { as } from "./webhook_owner.ts";

/** A choice that ends the call. */
export const BYE = { digit: "1", label: "Bye", action: "hangup" };

const made = z.looseObject({ id: z.string(), key: z.string().nullable() });

/** Makes a menu over HTTP, as its owner does; answers its id. */
export async function makeMenu(
  stack: TestStack,
  owner: Tenant,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { status, body } = await as(owner).post(stack, "/ivr/menus", {
    name: "Menu",
    prompt: "Press 1.",
    items: [BYE],
    ...settings,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return made.parse(body).id;
}

const findings = z.array(z.object({ path: z.string(), message: z.string() }));
const check = z.object({ publishable: z.boolean(), problems: findings, hints: findings });

/** What publishing a menu would come to. */
export async function checkMenu(
  stack: TestStack,
  owner: Tenant,
  id: string,
): Promise<z.output<typeof check>> {
  const { status, body } = await as(owner).post(stack, `/ivr/menus/${id}/publish?dry_run=true`);
  assert.equal(status, 200, JSON.stringify(body));
  return check.parse(body);
}

/** Publishes a menu; answers the number of its version. */
export async function publishMenu(stack: TestStack, owner: Tenant, id: string): Promise<number> {
  const { status, body } = await as(owner).post(stack, `/ivr/menus/${id}/publish`);
  assert.equal(status, 201, JSON.stringify(body));
  return z.object({ version: z.number() }).parse(body).version;
}
