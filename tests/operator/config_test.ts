import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { supabase } from "#operator/supabase_cli.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

/** Has the CLI read a configuration as `supabase start` does, up to where it would need Docker. */
async function readingAsStart(folder: string): Promise<string> {
  const { success, stdout, stderr } = await supabase(["start", `--workdir=${folder}`], {
    cwd: folder,
    // Nothing is started, also where there is a Docker.
    env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
  });
  assert.equal(success, false);
  return stdout + stderr;
}

async function withConfig(change: (config: string) => string): Promise<string> {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "supabase"));
  const config = await Deno.readTextFile(join(ROOT, "supabase", "config.toml"));
  await Deno.writeTextFile(join(folder.path, "supabase", "config.toml"), change(config));
  return await readingAsStart(folder.path);
}

Deno.test("the CLI takes supabase/config.toml for `supabase start` without a warning, up to Docker", async () => {
  const printed = await withConfig((config) => config);
  assert.match(printed, /Docker daemon/);
  assert.doesNotMatch(printed, /WARN|invalid config/);
});

Deno.test("and would say what it does not know there", async () => {
  const printed = await withConfig((config) => config.replace("jwt_expiry", "jwt_expirry"));
  assert.match(printed, /does not recognize and ignores: auth\.jwt_expirry/);
});
