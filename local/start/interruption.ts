/** The signals that ask a program to stop: Ctrl-C, a service manager, a closed terminal. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A request to stop. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** Settles when it comes. */
  readonly come: Promise<void>;
}

/** Waits for the first signal to stop; at the second, the process ends at once. */
export function onInterruption(): Interruption {
  const controller = new AbortController();
  const { promise: come, resolve } = Promise.withResolvers<void>();
  const listener = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
    resolve();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, listener);
  return {
    signal: controller.signal,
    come,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, listener);
    },
  };
}
