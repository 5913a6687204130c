import assert from "node:assert/strict";
import { env, EnvironmentError, setEnvironment } from "#shared/env.ts";
import { environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const PRIVATE_KEY = { kty: "EC", crv: "P-256", x: "x", y: "y", d: "d", kid: "2" };
const PUBLIC_KEY = { kty: "EC", crv: "P-256", x: "x", y: "y", kid: "1" };

function read(overrides: Record<string, string> = {}) {
  setEnvironment({ ...TEST_ENVIRONMENT, ...overrides });
  return env();
}

function faultsOf(values: Record<string, string>): string[] {
  setEnvironment(values);
  try {
    env();
  } catch (error) {
    assert(error instanceof EnvironmentError);
    for (const name of error.faults.keys()) assert.match(error.message, new RegExp(`${name}: `));
    return [...error.faults.keys()];
  }
  return [];
}

Deno.test("env reads every variable", () => {
  const { keyring, ...rest } = read({
    SUPABASE_JWKS: JSON.stringify({ keys: [PUBLIC_KEY] }),
    SWITCHBOARD_SIGNING_KEY: JSON.stringify(PRIVATE_KEY),
    SWITCHBOARD_LEAK_KEYS_URL: "https://api.example.com/meta/public_keys",
    SWITCHBOARD_ADDRESS_HEADER: "CF-Connecting-IP",
    SWITCHBOARD_PUBLIC_URL: "https://calls.example.com/functions/v1/",
    SWITCHBOARD_DB_URL: "postgres://switchboard_hot.ref:p%40ss@pooler.example.com:6543/postgres",
    SWITCHBOARD_DB_CA: CERTIFICATE.replaceAll("\n", "\\n"),
    SWITCHBOARD_DISPATCH_KICK: "false",
    SWITCHBOARD_JOBS_PAUSED: "true",
    SWITCHBOARD_ALLOWED_ORIGINS: "https://app.example.com, https://admin.example.com:8443",
    SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true",
    SWITCHBOARD_RETELL_URL: "https://api-eu.retellai.com/",
    SWITCHBOARD_DELETION_GRACE_DAYS: "30",
    SWITCHBOARD_LOG_LEVEL: "warn",
  });
  assert.deepEqual(rest, {
    supabaseUrl: "http://127.0.0.1:54321",
    publishableKey: "sb_publishable_test",
    secretKey: "sb_secret_test_operator",
    cronKey: "sb_secret_test_cron",
    jwks: { keys: [PUBLIC_KEY] },
    jwtSecret: TEST_ENVIRONMENT.SWITCHBOARD_JWT_SECRET,
    signingKey: { alg: "ES256", jwk: PRIVATE_KEY },
    leakKeysUrl: "https://api.example.com/meta/public_keys",
    addressHeader: "cf-connecting-ip",
    publicUrl: "https://calls.example.com/functions/v1",
    hotDatabase: {
      host: "pooler.example.com",
      port: 6543,
      user: "switchboard_hot.ref",
      password: "p@ss",
      database: "postgres",
    },
    hotDatabaseCa: CERTIFICATE,
    dispatchKick: false,
    jobsPaused: true,
    allowedOrigins: ["https://app.example.com", "https://admin.example.com:8443"],
    allowLoopbackWebhooks: true,
    retellUrl: "https://api-eu.retellai.com",
    deletionGraceDays: 30,
    logLevel: "warn",
  });
  assert.equal(keyring?.active, "k1");
});

Deno.test("env needs the project's URL and keys alone, and has a default for the rest", () => {
  setEnvironment(environmentWithout("SWITCHBOARD_JWT_SECRET", "SWITCHBOARD_ENCRYPTION_KEYS"));
  const { jwks, jwtSecret, keyring, publicUrl, hotDatabase, allowedOrigins, logLevel, ...rest } =
    env();
  assert.deepEqual([rest.allowLoopbackWebhooks, rest.jobsPaused], [false, false]);
  assert.deepEqual({ jwks, jwtSecret, keyring, publicUrl, hotDatabase, allowedOrigins, logLevel }, {
    hotDatabase: undefined,
    jwks: undefined,
    jwtSecret: undefined,
    keyring: undefined,
    publicUrl: "http://127.0.0.1:54321/functions/v1",
    allowedOrigins: ["*"],
    logLevel: "info",
  });
});

Deno.test("env takes the keys of an older project, where the dictionaries are missing or empty", () => {
  const legacy = { SUPABASE_ANON_KEY: "anon", SUPABASE_SERVICE_ROLE_KEY: "service" };
  const { SUPABASE_URL } = TEST_ENVIRONMENT;
  const empty = { SUPABASE_PUBLISHABLE_KEYS: "{}", SUPABASE_SECRET_KEYS: '{"cron":"c"}' };
  for (const dictionaries of [{}, empty]) {
    setEnvironment({ SUPABASE_URL, ...legacy, ...dictionaries });
    assert.equal(env().publishableKey, "anon");
    assert.equal(env().secretKey, "service");
  }
  assert.equal(env().cronKey, "c");
});

Deno.test("env prefers a project's new keys to its older ones", () => {
  assert.equal(
    read({ SUPABASE_SERVICE_ROLE_KEY: "service" }).secretKey,
    "sb_secret_test_operator",
  );
});

Deno.test("env never takes the platform's all-powerful address of the database for ours", () => {
  const SUPABASE_DB_URL = "postgres://postgres:secret@db.example.com:5432/postgres";
  assert.equal(read({ SUPABASE_DB_URL }).hotDatabase, undefined);
});

Deno.test("env knows the algorithm of a signing key by its type", () => {
  const secret = "k".repeat(43);
  const keys = [{ kty: "RSA", n: "n", e: "AQAB", d: "d" }, { kty: "oct", k: secret }];
  assert.deepEqual(
    keys.map((key) => read({ SWITCHBOARD_SIGNING_KEY: JSON.stringify(key) }).signingKey?.alg),
    ["RS256", "HS256"],
  );
});

Deno.test("env reads the keys of a secret scanner over https, or from this machine", () => {
  for (const url of ["http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]/keys"]) {
    assert.equal(read({ SWITCHBOARD_LEAK_KEYS_URL: url }).leakKeysUrl, url);
  }
});

Deno.test("env has publishing start a dispatch unless told otherwise", () => {
  assert.deepEqual(
    [{}, { SWITCHBOARD_DISPATCH_KICK: "true" }, { SWITCHBOARD_DISPATCH_KICK: "false" }]
      .map((variables) => read(variables).dispatchKick),
    [true, true, false],
  );
});

Deno.test("env treats an empty variable as one that is not set", () => {
  assert.equal(read({ SWITCHBOARD_JWT_SECRET: "" }).jwtSecret, undefined);
  assert.equal(read({ SWITCHBOARD_LOG_LEVEL: " " }).logLevel, "info");
});

Deno.test("env keeps only public keys of a key set, and none where none is left", () => {
  const shared = { kty: "oct", k: "c2VjcmV0" };
  const both = JSON.stringify({ keys: [PUBLIC_KEY, shared] });
  assert.deepEqual(read({ SUPABASE_JWKS: both }).jwks, { keys: [PUBLIC_KEY] });
  assert.equal(read({ SUPABASE_JWKS: JSON.stringify({ keys: [shared] }) }).jwks, undefined);
  assert.equal(read({ SUPABASE_JWKS: '{"keys":[]}' }).jwks, undefined);
});

Deno.test("env of a hosted deployment never lets webhooks go to its own machine", () => {
  const allowed = { ...TEST_ENVIRONMENT, SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true" };
  const signs = {
    SUPABASE_URL: "https://project.example.com",
    SB_REGION: "eu-central-1",
    SB_EXECUTION_ID: "x",
    DENO_DEPLOYMENT_ID: "x",
  };
  assert.deepEqual(faultsOf(allowed), []);
  for (const [name, value] of Object.entries(signs)) {
    const hosted = { ...allowed, [name]: value };
    assert.deepEqual(faultsOf(hosted), ["SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS"], name);
    assert.deepEqual(faultsOf({ ...hosted, SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "false" }), []);
  }
});

Deno.test("env asks Retell at its own address unless told otherwise, and on this machine only off hosted", () => {
  assert.equal(read().retellUrl, "https://api.retellai.com");
  const onLoopback = { ...TEST_ENVIRONMENT, SWITCHBOARD_RETELL_URL: "http://127.0.0.1:9000" };
  assert.deepEqual(faultsOf(onLoopback), []);
  assert.deepEqual(faultsOf({ ...onLoopback, SB_REGION: "eu-west-1" }), ["SWITCHBOARD_RETELL_URL"]);
});

Deno.test("env names every malformed variable and repeats no value", async (t) => {
  const malformed: Record<string, readonly string[]> = {
    SUPABASE_URL: ["project.supabase.co", "ftp://project.supabase.co", "/relative"],
    SUPABASE_PUBLISHABLE_KEYS: ["sb_publishable_bare", '{"other":"x"}', '{"default":""}', "[]"],
    SUPABASE_SECRET_KEYS: ["sb_secret_bare", '{"default":1}', '{"default":"x"', "null"],
    SUPABASE_JWKS: ["[]", '{"keys":[{}]}', '{"keys":"x"}', "{"],
    SWITCHBOARD_JWT_SECRET: ["x".repeat(31)],
    SWITCHBOARD_SIGNING_KEY: [
      "k",
      '{"kty":"EC","crv":"P-256","x":"x","y":"y"}',
      '{"kty":"EC","crv":"P-521","x":"x","y":"y","d":"d"}',
      '{"kty":"oct","k":"c2hvcnQ"}',
      '{"kty":"OKP","crv":"Ed25519","x":"x","d":"d"}',
    ],
    SWITCHBOARD_LEAK_KEYS_URL: ["http://example.com/", "http://localhost:x@example.com/", "keys"],
    SWITCHBOARD_ADDRESS_HEADER: ["x forwarded for", "x:y"],
    SWITCHBOARD_PUBLIC_URL: ["calls.example.com"],
    SWITCHBOARD_ENCRYPTION_KEYS: ["{}", '{"active":"k2","keys":{"k1":"AAAA"}}', "k1"],
    SWITCHBOARD_DB_URL: [
      "pooler.example.com",
      "https://user:password@pooler.example.com/postgres",
      "postgres://pooler.example.com/postgres",
      "postgres://user:password@pooler.example.com",
    ],
    SWITCHBOARD_DB_CA: ["/etc/ssl/ca.pem"],
    SWITCHBOARD_ALLOWED_ORIGINS: [
      "app.example.com",
      "https://app.example.com/",
      "https://a.example,nope",
    ],
    SWITCHBOARD_DISPATCH_KICK: ["no", "0"],
    SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: ["yes", "1", "TRUE"],
    SWITCHBOARD_RETELL_URL: [
      "api.retellai.com",
      "http://api.retellai.com",
      "https://u:p@x.example",
    ],
    SWITCHBOARD_LOG_LEVEL: ["verbose", "INFO"],
  };
  for (const [name, values] of Object.entries(malformed)) {
    for (const value of values) {
      await t.step(`${name}=${value}`, () => {
        assert.deepEqual(faultsOf({ ...TEST_ENVIRONMENT, [name]: value }), [name]);
      });
    }
  }
});

Deno.test("env names every variable at fault at once", () => {
  assert.deepEqual(faultsOf({ SWITCHBOARD_LOG_LEVEL: "loud" }), [
    "SUPABASE_URL",
    "SUPABASE_PUBLISHABLE_KEYS",
    "SUPABASE_SECRET_KEYS",
    "SWITCHBOARD_LOG_LEVEL",
  ]);
});

Deno.test("the message of a malformed environment contains none of its secrets", () => {
  const secret = "hunter2-hunter2";
  setEnvironment({
    SUPABASE_URL: secret,
    SUPABASE_SECRET_KEYS: secret,
    SWITCHBOARD_JWT_SECRET: secret,
    SWITCHBOARD_ENCRYPTION_KEYS: `{"active":"k1","keys":{"k1":"${secret}"}}`,
  });
  assert.throws(env, (error: Error) => !error.message.includes("hunter2"));
});

Deno.test("setEnvironment takes effect at once and without one env reads the process", () => {
  assert.equal(read({ SWITCHBOARD_LOG_LEVEL: "error" }).logLevel, "error");
  assert.equal(read({ SWITCHBOARD_LOG_LEVEL: "debug" }).logLevel, "debug");
  setEnvironment(undefined);
  const before = Deno.env.get("SUPABASE_URL");
  Deno.env.set("SUPABASE_URL", "not a url");
  try {
    assert.throws(env, /SUPABASE_URL: Must be/);
  } finally {
    if (before === undefined) Deno.env.delete("SUPABASE_URL");
    else Deno.env.set("SUPABASE_URL", before);
  }
});

Deno.test("env takes a time of grace of whole days, 90 at most", () => {
  assert.equal(read({}).deletionGraceDays, 7);
  assert.equal(read({ SWITCHBOARD_DELETION_GRACE_DAYS: "0" }).deletionGraceDays, 0);
  for (const days of ["-1", "91", "1.5", "soon", "007"]) {
    const names = faultsOf({ ...TEST_ENVIRONMENT, SWITCHBOARD_DELETION_GRACE_DAYS: days });
    assert.deepEqual(names, ["SWITCHBOARD_DELETION_GRACE_DAYS"], days);
  }
});
