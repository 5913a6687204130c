/**
 * Adds jobs one at a time with graphile-worker's `addJob` or pg-boss's `send`.
 *
 * Usage: deno run -A --config bench/peers/deno.json bench/peers/publisher.ts <graphile-worker | pg-boss> <database>
 */
import { Logger, makeWorkerUtils } from "graphile-worker";
// @ts-types="@types/pg"
import pg from "pg";
import { PgBoss } from "pg-boss";
import { PAYLOAD } from "../support/drain.ts";
import { load, makeLoad } from "../support/load.ts";
import { takeOrders } from "../support/orders.ts";

const CONNECTIONS = 16;
const [library = "", connectionString = ""] = Deno.args;

async function opened(): Promise<() => Promise<boolean>> {
  if (library === "graphile-worker") {
    const pgPool = new pg.Pool({ connectionString, max: CONNECTIONS });
    // It asks for handlers; without any it says so.
    pgPool.on("error", console.error);
    pgPool.on("connect", (client) => client.on("error", console.error));
    const utils = await makeWorkerUtils({ pgPool, logger: new Logger(() => () => {}) });
    await utils.migrate();
    return async () => (await utils.addJob("post", PAYLOAD)).id !== undefined;
  }
  const boss = new PgBoss({
    connectionString,
    max: CONNECTIONS,
    schedule: false,
    supervise: false,
  });
  await boss.start();
  await boss.createQueue("post");
  return async () => await boss.send("post", PAYLOAD) !== null;
}

const work = await opened();
const close = () => Promise.resolve();
await takeOrders({}, async (text) =>
  await makeLoad(
    load.parse(text),
    () => Promise.resolve({ work, [Symbol.asyncDispose]: close }),
  ));
Deno.exit();
