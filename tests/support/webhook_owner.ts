import assert from "node:assert/strict";
import { z } from "zod";
import { claimDeliveries, completeDeliveries, type Outcome } from "#shared/webhooks/queue.ts";
import { bearer, call, type Reply } from "./key_holder.ts";
import { type Tenant, type TestStack, testStack } from "./stack.ts";

/** Where no test sends anything: global, as an address for documentation is not. */
export const URL_OF_NOBODY = "https://93.184.215.14/webhooks";

const made = z.looseObject({ id: z.string(), secret: z.string() });

/** An endpoint that was made over HTTP. */
export type MadeWebhook = z.output<typeof made>;

/** A stack in which loopback receivers are allowed, and publishing kicks only if asked to. */
export function webhookStack(
  options: {
    kick?: boolean;
    databaseUrl?: string;
    environment?: Readonly<Record<string, string>>;
  } = {},
) {
  const { kick = false, databaseUrl, environment = {} } = options;
  return testStack({
    databaseUrl,
    environment: {
      ...environment,
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
      SWITCHBOARD_DISPATCH_KICK: String(kick),
    },
  });
}

/** Makes an endpoint as its owner does: for everything, unless the settings say otherwise. */
export async function makeWebhook(
  stack: TestStack,
  owner: Tenant,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<MadeWebhook> {
  const { status, body } = await as(owner).post(stack, "/webhooks", {
    url: URL_OF_NOBODY,
    events: ["*"],
    ...settings,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return made.parse(body);
}

const published = z.looseObject({ id: z.string(), deliveries: z.number() });

/** Publishes an event over HTTP. */
export async function publish(
  stack: TestStack,
  owner: Tenant,
  type: string,
  data: object = {},
  more: object = {},
): Promise<z.output<typeof published>> {
  const { status, body } = await as(owner).post(stack, "/webhooks/events", { type, data, ...more });
  assert.equal(status, 202, JSON.stringify(body));
  return published.parse(body);
}

/** The requests of a signed-in owner, in short. */
export function as({ jwt }: Tenant) {
  const headers = bearer(jwt);
  return {
    get: (stack: TestStack, path: string): Promise<Reply> => call(stack, "GET", path, { headers }),
    post: (stack: TestStack, path: string, json?: unknown): Promise<Reply> =>
      call(stack, "POST", path, { headers, json }),
    patch: (stack: TestStack, path: string, json: unknown): Promise<Reply> =>
      call(stack, "PATCH", path, { headers, json }),
    delete: (stack: TestStack, path: string): Promise<Reply> =>
      call(stack, "DELETE", path, { headers }),
  };
}

const page = z.object({
  data: z.array(z.looseObject({ id: z.string() })),
  next_cursor: z.string().nullable(),
});

/** A page of one of the lists. */
export async function list(stack: TestStack, owner: Tenant, path: string) {
  const { status, body } = await as(owner).get(stack, path);
  assert.equal(status, 200, JSON.stringify(body));
  return page.parse(body);
}

/** Every row of a list, two at a time. */
export async function listAll(stack: TestStack, owner: Tenant, path: string) {
  const rows: z.output<typeof page>["data"] = [];
  let cursor = "";
  for (;;) {
    const next = await list(stack, owner, `${path}limit=2${cursor}`);
    rows.push(...next.data);
    if (next.next_cursor === null) return rows;
    cursor = `&cursor=${next.next_cursor}`;
  }
}

/** What a test makes up of an attempt. */
export type MadeUpOutcome =
  & Pick<Outcome, "verdict">
  & Partial<Pick<Outcome, "status_code" | "error" | "response_body">>;

/** Takes everything that is due out of the queue as a dispatcher would, without sending it. */
export async function completeDue(outcome: MadeUpOutcome): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const { deliveries } = await claimDeliveries(100);
    if (deliveries.length === 0) return done;
    const completed = await completeDeliveries(deliveries.map(({ id, fence }) => ({
      ...{ id, fence, status_code: null, error: null, response_body: null, duration_ms: 7 },
      retry_in_ms: outcome.verdict === "retry" ? 60_000 : null,
      ...outcome,
    })));
    assert.deepEqual(completed, { completed: deliveries.length, stale: 0 });
    done.push(...deliveries.map(({ id }) => id));
  }
}
