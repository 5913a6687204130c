import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "#local/paths.ts";

const PHONE = join(ROOT, "local", "phone");

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else yield path;
  }
}

Deno.test("the phone shares no code with what it calls, so that both cannot be wrong alike", async () => {
  let read = 0;
  for await (const path of sources(PHONE)) {
    const text = await Deno.readTextFile(path);
    for (const [, specifier = ""] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
      const inside = specifier.startsWith(".")
        ? join(path, "..", specifier).startsWith(PHONE)
        : ["zod", "@xmldom/xmldom"].includes(specifier) || specifier.startsWith("node:");
      assert.ok(inside, `${path} imports ${specifier}`);
    }
    read += 1;
  }
  assert.ok(read > 10);
});
