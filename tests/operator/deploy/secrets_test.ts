import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256Hex } from "#local/database/hash.ts";
import { changedSecrets, checkSecrets, readSecrets } from "#operator/deploy/secrets.ts";
import { setEnvironment } from "#shared/env.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

const URL = "https://abcdefghijklmnopqrst.supabase.co";

function checking(secrets: Record<string, string>): () => void {
  return () => {
    try {
      checkSecrets(secrets, URL);
    } finally {
      setEnvironment(undefined);
    }
  };
}

async function reading(text: string): Promise<Readonly<Record<string, string>>> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, ".env");
  await Deno.writeTextFile(path, text);
  return await readSecrets(path);
}

Deno.test("secrets are read as the platform is given them, those left empty are not", async () => {
  const ring = TEST_ENVIRONMENT.SWITCHBOARD_ENCRYPTION_KEYS;
  const text = `# why\nSWITCHBOARD_ENCRYPTION_KEYS=${ring}\nSWITCHBOARD_LOG_LEVEL=\n`;
  assert.deepEqual(await reading(text), { SWITCHBOARD_ENCRYPTION_KEYS: ring });
});

Deno.test("what the platform sets is refused", async () => {
  await assert.rejects(reading("SUPABASE_URL=x\n"), /SUPABASE_URL is set by the platform/);
});

Deno.test("a file that is not there is named, and what to begin with", async () => {
  await assert.rejects(
    readSecrets("/nowhere/.env"),
    /^LocalFailure: \/nowhere\/\.env does not exist; begin with a copy of \.env\.example$/,
  );
});

Deno.test("secrets are judged as the functions will judge them on the platform", () => {
  checking({ SWITCHBOARD_LOG_LEVEL: "debug" })();
  assert.throws(
    checking({ SWITCHBOARD_LOG_LEVEL: "loud" }),
    /^LocalFailure: SWITCHBOARD_LOG_LEVEL/,
  );
  assert.throws(
    checking({ SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: "true" }),
    /Must not be true on a hosted deployment/,
  );
  assert.throws(checking({ SWITCHBOARD_ENCRYPTION_KEYS: "{}" }), /SWITCHBOARD_ENCRYPTION_KEYS/);
});

Deno.test("of what the project has, only the SHA-256 is known", () => {
  const known = new Map([["A", sha256Hex("same")], ["B", sha256Hex("old")]]);
  const secrets = { A: "same", B: "new", C: "more" };
  assert.deepEqual(changedSecrets(secrets, known), { added: ["C"], changed: ["B"] });
});
