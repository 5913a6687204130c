import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** The oldest that functions may run on; `npx` brings it. */
const OLDEST = "deno@2.1.4";

Deno.test("the client, its guard and all that it withstands are the same on the oldest runtime", async () => {
  const file = fileURLToPath(new URL("client_test.ts", import.meta.url));
  // It cannot read the lock file, whose format is newer.
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", OLDEST, "test", "--allow-all", "--no-check", "--no-lock", file],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stdout) + text(stderr));
  assert.match(text(stdout), /\d\d passed .* 0 failed/);
});
