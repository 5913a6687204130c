/** What a process of a benchmark does with an order, which is JSON; so is what it answers. */
export type CarryOut = (order: unknown) => unknown;

/**
 * Tells who started this process that it is ready, and then carries out orders one after the other,
 * until its standard input ends: a line each, and a line for what came of it. The other end is
 * {@linkcode startChild}.
 */
export async function takeOrders(ready: object, carryOut: CarryOut): Promise<void> {
  tell(ready);
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(await carryOut(JSON.parse(line)));
  }
}

/** Past the console, which logs may have. */
function tell(value: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
