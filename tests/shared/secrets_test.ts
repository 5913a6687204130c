import assert from "node:assert/strict";
import { env, setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { requireKeyring, secretsOf, warnOfMissingSecrets } from "#shared/secrets.ts";
import { environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";

Deno.test("secretsOf knows which secrets of single routes are set", () => {
  setEnvironment(TEST_ENVIRONMENT);
  assert.deepEqual(secretsOf(env()).map(({ name, set }) => [name, set]), [
    ["encryption_keys", true],
    ["user_token_keys", true],
    ["acting_key", true],
    ["cron_key", true],
  ]);
  setEnvironment({
    ...environmentWithout("SWITCHBOARD_JWT_SECRET", "SWITCHBOARD_ENCRYPTION_KEYS"),
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_test_operator"}',
  });
  assert.deepEqual(secretsOf(env()).map(({ set }) => set), [false, false, false, false]);
});

Deno.test("each missing secret is warned of by the variable to set, once", () => {
  setEnvironment(environmentWithout("SWITCHBOARD_JWT_SECRET", "SWITCHBOARD_ENCRYPTION_KEYS"));
  using log = captureLog();
  warnOfMissingSecrets(env());
  warnOfMissingSecrets(env());
  assert.deepEqual(log.lines.map(({ level, variable }) => [level, variable]), [
    ["warn", "SWITCHBOARD_ENCRYPTION_KEYS"],
    ["warn", "SUPABASE_JWKS or SWITCHBOARD_JWT_SECRET"],
    ["warn", "SWITCHBOARD_SIGNING_KEY or SWITCHBOARD_JWT_SECRET"],
  ]);
});

Deno.test("requireKeyring gives the keyring or says that none is configured", () => {
  setEnvironment(TEST_ENVIRONMENT);
  assert.equal(requireKeyring(), env().keyring);
  setEnvironment(environmentWithout("SWITCHBOARD_ENCRYPTION_KEYS"));
  assert.throws(
    requireKeyring,
    (error) => error instanceof Problem && error.code === "not_configured",
  );
});
