import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { ask } from "./account_owner.ts";
import type { Tenant, TestStack } from "./stack.ts";

const file = z.object({
  path: z.string(),
  url: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  table: z.string().optional(),
  rows: z.number().optional(),
  bucket: z.string().optional(),
  object: z.string().optional(),
});

/** An export that is ready. */
export const ready = z.looseObject({
  state: z.literal("ready"),
  rows: z.number(),
  manifest: file,
  files: z.array(file),
});

/** What an export says of itself. */
export const manifest = z.object({
  user_id: z.string(),
  tables: z.array(z.object({
    name: z.string(),
    rows: z.number(),
    withheld: z.array(z.string()),
  })),
  objects: z.number(),
  files: z.array(file.omit({ url: true })),
});

/** Asks for an export as its user does; answers its id. */
export async function start(stack: TestStack, owner: Tenant): Promise<string> {
  const { status, body } = await ask(stack, owner, "POST", "/export");
  assert.equal(status, 202, JSON.stringify(body));
  return z.string().parse(body.id);
}

/** What is behind a link, which must be what was said of it. */
export async function fetched({ url, bytes, sha256 }: z.output<typeof file>): Promise<Uint8Array> {
  const response = await fetch(url);
  const content = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, 200, new TextDecoder().decode(content));
  assert.equal(content.byteLength, bytes);
  assert.equal(createHash("sha256").update(content).digest("hex"), sha256);
  return content;
}

/** The rows that a part of a table holds. */
export function linesOf(content: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(gunzipSync(content));
  return text.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
}

/** The rows of each table of an export that is ready, every file looked at against what was said of it. */
export async function rowsOf(
  stack: TestStack,
  owner: Tenant,
  id: string,
): Promise<ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>> {
  const { files } = ready.parse((await ask(stack, owner, "GET", `/exports/${id}`)).body);
  const tables = new Map<string, Record<string, unknown>[]>();
  for (const file of files) {
    if (file.table === undefined) continue;
    const rows = z.array(z.record(z.string(), z.unknown())).parse(linesOf(await fetched(file)));
    assert.equal(rows.length, file.rows);
    tables.set(file.table, [...tables.get(file.table) ?? [], ...rows]);
  }
  return tables;
}
