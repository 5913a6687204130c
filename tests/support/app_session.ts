import assert from "node:assert/strict";
import { z } from "zod";
import { bearer } from "./key_holder.ts";
import type { Tenant, TestStack } from "./stack.ts";

/** An answer of the function `ivr`, with its exact text. */
export interface IvrReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: Record<string, unknown>;
}

/** Asks the function `ivr` as a signed-in user. */
export async function askIvr(
  stack: Pick<TestStack, "url">,
  { jwt }: Pick<Tenant, "jwt">,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<IvrReply> {
  const response = await fetch(`${stack.url}/functions/v1/ivr${path}`, {
    method,
    headers: { ...bearer(jwt), "content-type": "application/json", ...headers },
    ...json === undefined ? {} : { body: JSON.stringify(json) },
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    headers: response.headers,
    body: z.record(z.string(), z.unknown()).catch({}).parse(
      text.startsWith("{") ? JSON.parse(text) : {},
    ),
  };
}

const answer = z.object({
  id: z.string(),
  session_id: z.string(),
  step: z.number(),
  outcome: z.string(),
  item: z.string().nullable(),
  menu: z.object({ key: z.string().nullable() }),
  pending: z.string().nullable(),
  ended: z.boolean(),
  end_reason: z.string().nullable(),
  say: z.array(z.object({ text: z.string() })),
  then: z.looseObject({ kind: z.string() }),
});

/** An answer to an app's turn. */
export type AppAnswer = z.output<typeof answer>;

/** Reads an answer that must be one to an app's turn. */
export function readAnswer({ status, text, body }: IvrReply): AppAnswer {
  assert.ok(status === 200 || status === 201, text);
  return answer.parse(body);
}

/** What an answer says, sentence by sentence. */
export function said({ say }: Pick<AppAnswer, "say">): string[] {
  return say.map(({ text }) => text);
}

/** A tenant's menus, made through the Data API, the first of them published; answers its id. */
export async function publishMenus(
  { db }: Pick<Tenant, "db">,
  menus: readonly Readonly<Record<string, unknown>>[],
): Promise<string> {
  const rows = z.array(z.object({ id: z.string() }));
  const made: string[] = [];
  for (const menu of menus) {
    const { data, error } = await db.from("ivr_menus").insert({ name: menu["key"], ...menu })
      .select("id");
    assert.equal(error, null);
    made.push(...rows.parse(data).map(({ id }) => id));
  }
  const [root = ""] = made;
  const { error } = await db.rpc("publish_ivr_menu", { p_menu_id: root });
  assert.equal(error, null);
  return root;
}

/** How many rows there are of what a turn writes. */
export async function countRows({ database }: Pick<TestStack, "database">): Promise<unknown> {
  const [row] = await database.query(
    `select (select count(*)::int from public.ivr_sessions) as sessions, (select count(*)::int from public.ivr_turns) as turns,
       (select count(*)::int from public.ivr_menu_versions) as versions, (select count(*)::int from public.call_logs) as calls,
       (select count(*)::int from public.webhook_events) as events, (select count(*)::int from public.audit_logs) as audit,
       (select coalesce(sum(transfers), 0)::int from private.transfer_counts) as transfers`,
  );
  return row;
}
