import assert from "node:assert/strict";
import { type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { renderGenerated } from "./render_cases.ts";

const KINDS = ["say", "gather", "record", "dial", "dial_sip", "enqueue", "wait", "hangup"] as const;

for (const [index, name] of (Object.keys(PROVIDERS) as ProviderName[]).entries()) {
  Deno.test(`4,000 generated directive lists stay within the limits of ${name}`, () => {
    const covered = renderGenerated(name, { seed: 1000 + index, count: 4000 });
    console.log(name, Object.fromEntries(covered));
    for (const kind of KINDS) assert.ok((covered.get(kind) ?? 0) > 500, kind);
  });
}
