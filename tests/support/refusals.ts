import assert from "node:assert/strict";
import { bearer, call, faults } from "./key_holder.ts";
import type { Tenant, TestStack } from "./stack.ts";

/** A request that must be refused, and how. */
export interface Refused {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: readonly [status: number, code: string, faults: readonly string[]];
}

/**
 * Expects each request of an owner to be refused with a document that names the field, and nothing
 * written by any of them to any table.
 */
export async function refusesAll(
  stack: TestStack,
  { jwt }: Tenant,
  requests: readonly Refused[],
): Promise<void> {
  const before = await written(stack);
  for (const { method, path, expected, headers, ...sent } of requests) {
    const reply = await call(stack, method, path, {
      headers: { ...bearer(jwt), ...headers },
      ...sent,
    });
    const request = `${method} ${path} ${JSON.stringify(sent).slice(0, 300)}`;
    assert.deepEqual([reply.status, reply.body.code, faults(reply)], expected, request);
    assert.equal(reply.headers.get("content-type"), "application/problem+json");
  }
  assert.deepEqual(await written(stack), before);
}

/** A fingerprint of every table that a request could have written. */
export async function written({ database }: TestStack): Promise<unknown> {
  const tables = await database.query(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname in ('public', 'private')
        -- What every request is counted in.
        and c.relname <> 'request_counts' order by 1`,
  );
  assert.ok(tables.length > 20);
  return await Promise.all(tables.map(({ name }) =>
    database.query(
      `select '${name}' as name, count(*)::integer as rows, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t`,
    )
  ));
}
