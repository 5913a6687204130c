/**
 * Takes deliveries and counts them. Each order answers how many came since the last one, and how many
 * of these were not what they had to be.
 *
 * Usage: deno run -A bench/processes/receiver.ts
 */
import process from "node:process";
import { PAYLOAD } from "../support/drain.ts";
import { takeOrders } from "../support/orders.ts";

const TEXT = JSON.stringify(PAYLOAD.text);
const BODY = JSON.stringify(PAYLOAD);

let received = 0;
let wrong = 0;
let cpu = process.cpuUsage();
let since = performance.now();

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const body = await request.text();
  const isRight = request.url.endsWith("/signed")
    ? body.includes(TEXT) && request.headers.get("webhook-signature")?.startsWith("v1,") &&
      request.headers.has("webhook-id")
    : body === BODY;
  received++;
  if (!isRight) wrong++;
  return new Response(null, { status: 204 });
});

await takeOrders({ url: `http://127.0.0.1:${server.addr.port}` }, () => {
  const used = process.cpuUsage(cpu);
  const elapsed = performance.now() - since;
  const answer = { received, wrong, cpu: (used.user + used.system) / 1_000 / elapsed };
  [received, wrong, cpu, since] = [0, 0, process.cpuUsage(), performance.now()];
  return answer;
});
Deno.exit();
