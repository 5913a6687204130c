import assert from "node:assert/strict";
import { z } from "zod";
import type { Tenant, TestStack } from "./stack.ts";

/** A reply of a function, read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: Record<string, unknown>;
}

/** What may be sent with a request. */
export interface Sent {
  readonly json?: unknown;
  /** A body that is sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where requests come from unless they say otherwise, of the addresses for documentation. */
export const ADDRESS = "203.0.113.9";

/** Calls a function as the platform does: under its path, with the caller's address. */
export async function call(
  stack: TestStack,
  method: string,
  path: string,
  { json, text, headers }: Sent = {},
): Promise<Reply> {
  const body = text ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await stack.fetch(
    new Request(`${stack.url}/functions/v1${path}`, {
      method,
      headers: { "content-type": "application/json", "x-forwarded-for": ADDRESS, ...headers },
      ...body === undefined ? {} : { body },
    }),
  );
  const content = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: z.record(z.string(), z.unknown()).catch({}).parse(
      content.startsWith("{") ? JSON.parse(content) : {},
    ),
  };
}

/** The headers of a signed-in user or of a program. */
export function bearer(tokenOrKey: string): Record<string, string> {
  return { authorization: `Bearer ${tokenOrKey}` };
}

const made = z.looseObject({ id: z.string(), key: z.string() });

/** A key that was made over HTTP. */
export type MadeKey = z.output<typeof made>;

/** Makes a key as its owner does. Scopes are everything unless the settings say otherwise. */
export async function makeKey(
  stack: TestStack,
  owner: Tenant,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<MadeKey> {
  const { status, body } = await call(stack, "POST", "/api-keys", {
    headers: bearer(owner.jwt),
    json: { name: "Test", scopes: ["*"], ...settings },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return made.parse(body);
}

/** Sets what no owner can, as time or use would: columns of a key's row. */
export async function setColumns(
  { database }: TestStack,
  id: string,
  assignments: string,
): Promise<void> {
  await database.query(`update public.api_keys set ${assignments} where id = '${id}'`);
}

/** The fields that a problem document names. */
export function faults({ body }: Reply): unknown[] {
  return z.array(z.object({ path: z.string() })).catch([]).parse(body.errors)
    .map(({ path }) => path);
}

/** Counts that go into `api_keys`, as they are now. */
export async function usageOf({ database }: TestStack, id: string): Promise<number> {
  const [row] = await database.query(
    `select usage_count::integer as n from public.api_keys where id = '${id}'`,
  );
  return z.number().parse(row?.n);
}
