import assert from "node:assert/strict";
import { join } from "node:path";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { keptSecrets } from "#local/start/kept_secrets.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

Deno.test("keys are made once, for their owner's eyes only", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "secrets.json");
  const made = await keptSecrets(path);
  assert.deepEqual(await keptSecrets(path), made);
  const { mode } = await Deno.stat(path);
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.equal(parseKeyring(JSON.stringify(made.stack.encryption_keys)).active, "k1");
  const other = await keptSecrets(join(folder.path, "other.json"));
  assert.notEqual(other.stack.jwt_secret, made.stack.jwt_secret);
  assert.notEqual(other.demo.password, made.demo.password);
});

Deno.test("what a kill left of writing them does no harm", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "secrets.json");
  await Deno.writeTextFile(`${path}.new`, '{"stack":', { mode: 0o644 });
  const made = await keptSecrets(path);
  assert.deepEqual(await keptSecrets(path), made);
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("a file that is none of ours is refused, not replaced", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "secrets.json");
  for (const content of ["", "{}", '{"stack": 1}']) {
    await Deno.writeTextFile(path, content);
    await assert.rejects(keptSecrets(path), {
      name: "LocalFailure",
      message: `${path} is not what a stack wrote; begin again with --fresh`,
    });
    assert.equal(await Deno.readTextFile(path), content);
  }
});
