import assert from "node:assert/strict";
import { z } from "zod";
import { bearer, call, type Reply, type Sent } from "./key_holder.ts";
import { type Tenant, type TestStack, testStack } from "./stack.ts";

/** A stack whose jobs go on when a test says so, and not before. */
export function accountStack(environment: Record<string, string> = {}): Promise<TestStack> {
  return testStack({ environment: { SWITCHBOARD_DISPATCH_KICK: "false", ...environment } });
}

/** Calls a route of the function `account` as a signed-in user. */
export function ask(
  stack: TestStack,
  { jwt }: Tenant,
  method: string,
  path: string,
  { headers, ...sent }: Sent = {},
): Promise<Reply> {
  return call(stack, method, `/account${path}`, {
    ...sent,
    headers: { ...bearer(jwt), ...headers },
  });
}

const ran = z.object({
  slices: z.number(),
  done: z.number(),
  failed: z.number(),
  lost: z.number(),
});

/** Runs what is due, as cron does, and tells what that was. */
export async function maintain(stack: TestStack): Promise<z.output<typeof ran>> {
  const { status, body } = await call(stack, "POST", "/maintenance", {
    headers: { apikey: stack.secrets.cron_key },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return ran.parse(body);
}

/** Lets time pass for every job, so that what is to be done later is due. */
export async function hurry({ database }: TestStack): Promise<void> {
  await database.query(
    "update private.jobs set due_at = now(), leased_until = leased_until - interval '1 hour' where state = 'queued'",
  );
}
