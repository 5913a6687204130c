import assert from "node:assert/strict";
import { lockOf } from "#operator/rehearsal/lock_of.ts";

const LOCK = JSON.stringify({
  version: "5",
  specifiers: { "npm:a@1.0.0": "1.0.0_p@3.0.0", "npm:b@1.0.0": "1.0.0", "npm:p@3.0.0": "3.0.0" },
  npm: {
    "a@1.0.0_p@3.0.0": {
      integrity: "sha512-a",
      dependencies: ["c@2.0.0"],
      optionalPeers: ["p", "q"],
    },
    "b@1.0.0": { integrity: "sha512-b" },
    "c@1.0.0": { integrity: "sha512-c1" },
    "c@2.0.0": { integrity: "sha512-c2", dependencies: ["d"] },
    "d@1.0.0": { integrity: "sha512-d" },
    "p@3.0.0": { integrity: "sha512-p" },
  },
});

Deno.test("a lock file is cut to what a package needs, its peers included", () => {
  const cut = JSON.parse(lockOf(LOCK, ["npm:a@1.0.0", "npm:a@1.0.0"], "5"));
  assert.equal(cut.version, "5");
  assert.deepEqual(cut.specifiers, { "npm:a@1.0.0": "1.0.0_p@3.0.0" });
  const kept = ["a@1.0.0_p@3.0.0", "c@2.0.0", "d@1.0.0", "p@3.0.0"];
  assert.deepEqual(Object.keys(cut.npm).sort(), kept);
});

Deno.test("the older format names peers that are there among the dependencies", () => {
  const cut = JSON.parse(lockOf(LOCK, ["npm:a@1.0.0"], "4"));
  assert.equal(cut.version, "4");
  assert.deepEqual(cut.npm["a@1.0.0_p@3.0.0"].dependencies, ["c@2.0.0", "p"]);
});

Deno.test("a package that the lock file does not have is refused", () => {
  assert.throws(() => lockOf(LOCK, ["npm:e@1.0.0"], "5"), /deno\.lock does not have npm:e@1\.0\.0/);
});
