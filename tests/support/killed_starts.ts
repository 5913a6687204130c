import assert from "node:assert/strict";
import { census } from "#tests/support/census.ts";
import { startProcess } from "#tests/support/start_process.ts";

/** At how many moments of a start it is killed. */
export const MOMENTS = 10;

/** What a start leaves beside calls. */
export const TENANT = { menus: 3, versions: 1, connections: 1, numbers: 1 };

/** A kill comes at a moment of its own, so this waits for time to pass and nothing else. */
export const pass = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts to the end, and gives how long that took in milliseconds. */
export async function startAndCount(
  data: string,
): Promise<{ took: number; counted: Record<string, number | null> }> {
  const begun = performance.now();
  await using start = startProcess("--data", data);
  await start.printed("health/ready\n");
  const took = performance.now() - begun;
  const counted = await census(data);
  assert.equal((await start.end("SIGTERM")).code, 0);
  return { took, counted };
}
