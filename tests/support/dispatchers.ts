import { join } from "node:path";
import { z } from "zod";
import { newSecrets } from "#local/secrets.ts";
import { hotUrl } from "./databases.ts";

/** Where a dispatcher may be killed, named by what is just over. */
const POINTS = ["claimed", "answered", "completing", "completed"] as const;

/**
 * Where a dispatcher may be killed: a claim came back and nothing is sent; an answer came and is in
 * no outcome; outcomes are about to be handed over; the database has them and the dispatcher does
 * not know.
 */
export type Point = typeof POINTS[number];

/** Where a dispatcher kills itself: at a point, when so many deliveries have passed it. */
export const Death = z.object({ point: z.enum(POINTS), after: z.number() });
export type Death = z.output<typeof Death>;

/** A dispatcher that runs in a process of its own. */
export interface Dispatcher extends AsyncDisposable {
  /** Resolves when it has found nothing to do, or is dead. */
  idle(): Promise<void>;
  /** Ends it as a crash does; answers whether it had not died before. */
  kill(): Promise<boolean>;
  /** Resolves when it is dead, by whatever hand. */
  readonly dead: Promise<void>;
}

/** Keys that dispatchers and who makes endpoints for them share. */
export type Keys = ReturnType<typeof newSecrets>["encryption_keys"];

/** Makes new {@linkcode Keys}. */
export function newKeys(): Keys {
  return newSecrets().encryption_keys;
}

/** Starts a dispatcher on a database, past the Data API; it may send to this machine. */
export function startDispatcher(databaseUrl: string, keys: Keys, death?: Death): Dispatcher {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(import.meta.dirname ?? ".", "dispatcher.ts")],
    env: {
      DIE: JSON.stringify(death ?? null),
      SUPABASE_URL: "http://127.0.0.1:9",
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_none"}',
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_none"}',
      SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(keys),
      SWITCHBOARD_DB_URL: hotUrl(databaseUrl),
      SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
    },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let isDead = false;
  let news = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (!text.includes('"claimed":0,')) continue;
      news.resolve();
      news = Promise.withResolvers<void>();
    }
  })();
  const dead = Promise.all([child.status, reading]).then(([{ signal, code }]) => {
    isDead = true;
    news.resolve();
    if (signal === null && code !== 0) throw new Error(`The dispatcher ended with code ${code}`);
  });
  return {
    idle: () => isDead ? Promise.resolve() : news.promise,
    dead,
    async kill() {
      const isAlive = !isDead;
      if (isAlive) child.kill("SIGKILL");
      await child.stdin.abort().catch(() => {});
      await dead;
      return isAlive;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await dead;
    },
  };
}
