import type { Step } from "../stack.ts";

/** Shows each step of the start as it runs, with the time that it took. */
export function showSteps(write: (text: string) => void, now = () => performance.now()): Step {
  return async (name, work) => {
    write(`  ${name.padEnd(16)}`);
    const started = now();
    try {
      const result = await work();
      write(`${((now() - started) / 1000).toFixed(2).padStart(6)} s\n`);
      return result;
    } catch (error) {
      write("failed\n");
      throw error;
    }
  };
}
