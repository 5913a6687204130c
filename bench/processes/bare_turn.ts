/**
 * What an answer to a key press costs at least: Hono answers TwiML after one `update … returning`. No
 * signature, no menu, no repeat.
 *
 * Usage: deno run -A bench/processes/bare_turn.ts <database>
 */
import { Hono } from "hono";
// @ts-types="@types/pg"
import pg from "pg";
import { PUBLIC_URL } from "../support/environment.ts";
import { takeOrders } from "../support/orders.ts";

/** As many as there are calls at once. */
const CALLS = 16;
/** As many connections as an isolate of ours has. */
const CONNECTIONS = 2;

const [connectionString = ""] = Deno.args;
const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
await pool.query(
  "create table calls (n integer primary key, step integer not null default 0, digits text, last_activity timestamptz)",
);
await pool.query("insert into calls (n) select n from generate_series(1, $1) n", [CALLS]);
let next = 0;
const rows = new Map<string, number>();

const app = new Hono();
app.post("/turn", async (c) => {
  const form = await c.req.parseBody();
  const call = String(form["CallSid"]);
  const row = rows.get(call) ?? next++ % CALLS + 1;
  rows.set(call, row);
  const { rows: [updated] } = await pool.query<{ step: number }>(
    "update calls set step = step + 1, digits = $2, last_activity = now() where n = $1 returning step",
    [row, form["Digits"]],
  );
  const menu = form["Digits"] === "1" ? "sales" : "main";
  return c.body(documentOf(menu, updated?.step ?? 0), 200, {
    "content-type": "text/xml; charset=utf-8",
  });
});

function documentOf(menu: string, step: number): string {
  const action = `${PUBLIC_URL}/turn?token=${step}.${"x".repeat(43)}`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" numDigits="1" timeout="5" actionOnEmptyResult="true" action="${action}" method="POST"><Say language="en-US">This is ${menu}.</Say></Gather></Response>`;
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
await takeOrders({ url: `http://127.0.0.1:${server.addr.port}` }, () => ({}));
Deno.exit();
