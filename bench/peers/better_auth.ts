/**
 * better-auth with its API keys behind a bare HTTP server: verifies `{"key": …}` with its limit and
 * its counting on.
 *
 * Usage: deno run -A --config bench/peers/deno.json bench/peers/better_auth.ts <database> <keys>
 */
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { createHash } from "node:crypto";
// @ts-types="@types/pg"
import pg from "pg";
import { takeOrders } from "../support/orders.ts";

/** As Switchboard's own keys of the same benchmark have it: limits that are counted and never met. */
const LIMIT = 1_000_000_000;
const HOUR_MS = 3_600_000;

const [url = "", count = "0"] = Deno.args;
const pool = new pg.Pool({ connectionString: url, max: 10 });
const auth = betterAuth({
  database: pool,
  baseURL: "http://127.0.0.1",
  secret: "a secret for a benchmark, longer than 32",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    apiKey({ rateLimit: { enabled: true, timeWindow: HOUR_MS, maxRequests: LIMIT } }),
  ],
});
await (await getMigrations(auth.options)).runMigrations();
const { user } = await auth.api.signUpEmail({
  body: { name: "Owner", email: "owner@example.com", password: "correct horse battery" },
});
const made = await auth.api.createApiKey({ body: { userId: user.id, remaining: LIMIT } });
// The others are copies of its row with hashes as it makes them: one call each would take a minute.
const copies = Array.from({ length: Number(count) - 1 }, () => `${made.key}${crypto.randomUUID()}`);
const columns = (await pool.query("select * from apikey")).fields.map(({ name }) => `"${name}"`);
const values = columns.map((name) =>
  name === '"id"' ? "gen_random_uuid()" : name === '"key"' ? "copy.hash" : name
);
await pool.query(
  `insert into apikey (${columns}) select ${values} from apikey, unnest($1::text[]) copy (hash)`,
  [copies.map((key) => createHash("sha256").update(key).digest("base64url"))],
);
const keys = [made.key, ...copies];
await pool.query("vacuum analyze");
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const { key } = await request.json();
  return Response.json(await auth.api.verifyApiKey({ body: { key } }));
});
await takeOrders({ url: `http://127.0.0.1:${server.addr.port}/`, keys }, () => ({}));
Deno.exit();
