/**
 * Publishes events one at a time on so many connections, with the driver that the functions use.
 *
 * Usage: deno run -A bench/processes/publisher.ts <database> <owner>
 */
// @ts-types="@types/pg"
import pg from "pg";
import { PAYLOAD } from "../support/drain.ts";
import { load, makeLoad } from "../support/load.ts";
import { takeOrders } from "../support/orders.ts";

const CONNECTIONS = 16;
const [connectionString = "", owner = ""] = Deno.args;
const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
const text =
  "select (private.publish_event($1, 'custom.bench', $2) ->> 'deliveries')::int as queued";
const values = [owner, JSON.stringify(PAYLOAD)];

async function work(): Promise<boolean> {
  const { rows: [row] } = await pool.query<{ queued: number }>(text, values);
  return row?.queued === 1;
}

const close = () => Promise.resolve();
await takeOrders({}, async (order) =>
  await makeLoad(
    load.parse(order),
    () => Promise.resolve({ work, [Symbol.asyncDispose]: close }),
  ));
Deno.exit();
