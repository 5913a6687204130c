import { log } from "../log.ts";

/** What keeps an isolate of the hosted runtime alive for work after its answer. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

const underway = new Set<Promise<void>>();

/** Keeps this isolate alive until work is over that no answer waits for. */
export function keepAliveFor(work: Promise<unknown>): void {
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
}

/**
 * Lets work go on after the answer. If it fails, that is logged: there is nobody left to be told.
 *
 * @param what names the work in the log, such as `a callout`.
 */
export function inBackground(what: string, work: Promise<unknown>): void {
  const done = work
    .then(() => {}, (cause) => log.error(`${what} failed`, { cause }))
    .finally(() => underway.delete(done));
  underway.add(done);
  keepAliveFor(done);
}

/** Resolves when everything has come to its end that was under way {@linkcode inBackground}. */
export async function backgroundSettled(): Promise<void> {
  while (underway.size > 0) await Promise.all(underway);
}
