/**
 * Presents keys over HTTP. The URL and the headers of all requests come as arguments, each order says
 * which keys and how hard.
 *
 * Usage: deno run -A bench/processes/verify_load.ts <url> <headers as JSON>
 */
import { z } from "zod";
import { HttpConnection } from "../support/http_connection.ts";
import { load, makeLoad } from "../support/load.ts";
import { takeOrders } from "../support/orders.ts";

const [url = "", headersText = "{}"] = Deno.args;
const { pathname } = new URL(url);
const headers = {
  "content-type": "application/json",
  ...z.record(z.string(), z.string()).parse(JSON.parse(headersText)),
};
const order = load.extend({ keys: z.array(z.string()).min(1) });

await takeOrders({}, async (text) => {
  const { keys, ...wanted } = order.parse(text);
  return await makeLoad(wanted, async () => {
    const connection = await HttpConnection.open(url);
    return {
      async work() {
        const key = keys[Math.floor(Math.random() * keys.length)];
        const { status, body } = await connection.post(pathname, JSON.stringify({ key }), headers);
        return status === 200 && JSON.parse(body).valid === true;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(connection[Symbol.dispose]()),
    };
  });
});
