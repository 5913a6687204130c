/** The time, for what waits. */
export interface Clock {
  /** In milliseconds, from wherever. */
  now(): number;
  /** Waits so many milliseconds, or until the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The time of this machine, which no change of its date disturbs. */
export const MONOTONIC_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    }),
};
