import assert from "node:assert/strict";
import type { Upload } from "#operator/rehearsal/management_api.ts";
import { rebuild } from "#operator/rehearsal/rebuild.ts";
import { temporaryFolder } from "#tests/support/temporary_folder.ts";

const FILES = {
  "supabase/functions/one/deno.json": `{"imports": {"#shared/a.ts": "../../../shared/a.ts"}}`,
  "supabase/functions/one/index.ts": `import { a } from "#shared/a.ts";\nexport default a;\n`,
  "shared/a.ts": `import type { B } from "./b.ts";\nexport const a: B = 1;\n`,
  "shared/b.ts": "export type B = number;\n",
};

function uploadOf(files: Readonly<Record<string, string>>): Upload {
  const encoder = new TextEncoder();
  return {
    name: "one",
    entrypoint: "supabase/functions/one/index.ts",
    importMap: "supabase/functions/one/deno.json",
    verifyJwt: false,
    files: new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])),
  };
}

async function rebuilding(files: Readonly<Record<string, string>>): Promise<void> {
  await using folder = await temporaryFolder();
  await rebuild(uploadOf(files), folder.path, {});
}

Deno.test("an upload that has all that it imports is a function again", async () => {
  await rebuilding(FILES);
});

for (const path of Object.keys(FILES)) {
  Deno.test(`an upload without ${path} is refused`, async () => {
    const { [path]: _, ...others } = { ...FILES } as Record<string, string>;
    await assert.rejects(rebuilding(others), Error);
  });
}

Deno.test("an upload with a file that nothing imports is refused", async () => {
  const files = { ...FILES, "shared/secret_plans.ts": "export {};\n" };
  await assert.rejects(rebuilding(files), /imported by nothing: shared\/secret_plans\.ts/);
});

Deno.test("an upload cannot leave its folder", async () => {
  await assert.rejects(rebuilding({ ...FILES, "../outside.ts": "" }), /is outside the upload/);
});
