import { z } from "zod";
import { type Child, PEERS, startChild } from "./child.ts";
import { benchmarkCluster, emptyDatabase, migratedDatabase } from "./databases.ts";
import { environmentOf, OPERATOR_KEY } from "./environment.ts";
import { addKeys, addOwner } from "./keys.ts";
import { type LoadResult, loadResult } from "./load.ts";

/** Somebody who verifies keys over HTTP, and a load generator in front of it. */
export interface Verifier {
  /** Presents its keys, or one alone, by so many clients for so many seconds. */
  measure(load: { clients: number; seconds: number; hot?: boolean }): Promise<LoadResult>;
}

/** Verifiers of as many keys each, on one database server. */
export interface Verifiers extends AsyncDisposable {
  readonly ours: Verifier;
  readonly betterAuth: Verifier;
  /** Another process of the same peer, whose commits do not wait for the disk, as ours do not. */
  readonly betterAuthAsync: Verifier;
}

const server = z.object({ url: z.string() });
const peer = server.extend({ keys: z.array(z.string()) });

/** Starts Switchboard's function and better-auth twice, with so many keys each. */
export async function startVerifiers(count: number): Promise<Verifiers> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await benchmarkCluster());
  const database = await migratedDatabase(cluster.url, "switchboard");
  await addOwner(database);
  const keys = await addKeys(database, count);
  const function_ = stack.use(
    await startChild(new URL("../processes/switchboard.ts", import.meta.url), {
      ready: server,
      args: ["api-keys"],
      environment: environmentOf(database),
    }),
  );
  const verifier = async (url: string, keys: readonly string[], headers = {}) =>
    verifierOf(stack.use(await startLoad(url, headers)), keys);
  const betterAuth = async (name: string, settings: Readonly<Record<string, string>>) => {
    const database = await emptyDatabase(cluster.url, name);
    const { ready } = stack.use(
      await startChild(new URL("../peers/better_auth.ts", import.meta.url), {
        ready: peer,
        config: PEERS,
        args: [database, String(count)],
        environment: settings,
      }),
    );
    return await verifier(ready.url, ready.keys);
  };
  const verifiers = {
    ours: await verifier(`${function_.ready.url}/verify`, keys, { apikey: OPERATOR_KEY }),
    betterAuth: await betterAuth("better_auth", {}),
    betterAuthAsync: await betterAuth("better_auth_async", {
      PGOPTIONS: "-c synchronous_commit=off",
    }),
  };
  const open = stack.move();
  return { ...verifiers, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

function startLoad(url: string, headers: Readonly<Record<string, string>>) {
  const script = new URL("../processes/verify_load.ts", import.meta.url);
  return startChild(script, { ready: z.object({}), args: [url, JSON.stringify(headers)] });
}

function verifierOf(load: Child<unknown>, keys: readonly string[]): Verifier {
  return {
    measure: ({ hot = false, ...order }) =>
      load.ask({ ...order, keys: hot ? keys.slice(0, 1) : keys }, loadResult),
  };
}
