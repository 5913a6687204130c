import assert from "node:assert/strict";
import { join } from "node:path";
import { functionNames } from "#operator/deploy/staging.ts";
import { rebuild } from "#operator/rehearsal/rebuild.ts";
import { startStandIn } from "#operator/rehearsal/upload.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

Deno.test("of what the real CLI uploads, every single file is missed", async () => {
  await using platform = await startStandIn();
  await platform.upload();
  const uploads = [...platform.api.uploads.values()];
  assert.deepEqual(uploads.map(({ name }) => name).sort(), await functionNames());
  await using folder = await temporaryFolder();
  let missed = 0;
  for (const upload of uploads) {
    await rebuild(upload, join(folder.path, upload.name), {});
    for (const path of upload.files.keys()) {
      const files = new Map(upload.files);
      files.delete(path);
      // Written anew each time: what was there would stand in for what is lost.
      const place = join(folder.path, "without");
      await assert.rejects(rebuild({ ...upload, files }, place, {}), Error, path);
      await Deno.remove(place, { recursive: true });
      missed++;
    }
  }
  console.log(`${missed} files of ${uploads.length} functions`);
});
