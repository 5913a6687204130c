import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** The oldest that functions may run on; `npx` brings it. */
const OLDEST = "deno@2.1.4";

/** The guard and its client, what is made of answers, and the function that they serve. */
const SUITES = [
  "./addresses_test.ts",
  "./client_test.ts",
  "./deliver_test.ts",
  "./destination_test.ts",
  "./judgement_test.ts",
  "./queue_test.ts",
  "./schedule_test.ts",
  "./signature_test.ts",
  "../ivr/recordings/credentials_test.ts",
  "../ivr/recordings/download_test.ts",
  "../../functions/webhook_dispatch/app_test.ts",
];

Deno.test("delivery and all that it withstands are the same on the oldest runtime", async () => {
  const files = SUITES.map((file) => fileURLToPath(new URL(file, import.meta.url)));
  // It cannot read the lock file, whose format is newer.
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", OLDEST, "test", "--allow-all", "--no-check", "--no-lock", ...files],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stdout) + text(stderr));
  assert.match(text(stdout), /\d\d passed .* 0 failed/);
});
