import assert from "node:assert/strict";
import { parseOptions } from "#operator/deploy/options.ts";

const REF = ["--project-ref", "abcdefghijklmnopqrst"];

Deno.test("a reference alone deploys to the hosted platform, and asks", () => {
  const options = parseOptions(REF);
  assert.equal(options?.apiUrl, "https://abcdefghijklmnopqrst.supabase.co");
  assert.equal(options?.yes, false);
  assert.equal(options?.functionsOnly, false);
});

Deno.test("help is no deploy", () => {
  assert.equal(parseOptions(["--help"]), undefined);
});

for (
  const [args, sentence] of [
    [[], /--project-ref must be 20 lower-case letters/],
    [["--project-ref", "Voice"], /--project-ref must be 20 lower-case letters/],
    [[...REF, "--database-url", "localhost"], /--database-url must be of the form/],
    [[...REF, "--api-url", "voice"], /--api-url must be an http\(s\) address/],
    [[...REF, "--force"], /'--force'; see --help/],
  ] as const
) {
  Deno.test(`${args.join(" ") || "nothing"} is refused in a sentence`, () => {
    assert.throws(() => parseOptions(args), sentence);
  });
}
