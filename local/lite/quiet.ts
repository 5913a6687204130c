import { AsyncLocalStorage } from "node:async_hooks";

const quiet = new AsyncLocalStorage<true>();
let installed = false;

/**
 * Runs the work with what it prints as an error or a warning left out.
 *
 * Lite prints every failed statement with its parameters, which are other people's secrets. Only
 * what happens inside the work is silenced, not what runs beside it; its failures must be reported
 * by the caller.
 */
export function quietly<T>(work: () => T): T {
  install();
  return quiet.run(true, work);
}

function install(): void {
  if (installed) return;
  installed = true;
  for (const level of ["error", "warn"] as const) {
    const print = console[level];
    console[level] = (...values: unknown[]) => {
      if (quiet.getStore() !== true) print(...values);
    };
  }
}
