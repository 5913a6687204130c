import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { sign, verify } from "retell-sdk";
import { isSignedByRetell } from "#shared/retell/signature.ts";
import { pick, type Random, randomFrom } from "#tests/support/random.ts";

const KEY = "key_0123456789abcdef0123456789ab";
const SEED = 20261123;
const BODIES = 1_000;

const bytes = (text: string) => new TextEncoder().encode(text);

/** A signature of another time, as the SDK's own writes it. */
function signAt(body: string, time: number | string, key = KEY): string {
  return `v=${time},d=${createHmac("sha256", key).update(body + Number(time)).digest("hex")}`;
}

const WORDS = [
  "call",
  "Grüße",
  "日本語",
  "👩‍⚕️",
  "naïve",
  'quoted "x"',
  "\u2028",
  "\\",
  "e\u0301",
] as const;

/** A value with accents, emoji, numbers and values within values. */
function valueFrom(random: Random, depth = 0): unknown {
  switch (random(depth > 4 ? 4 : 6)) {
    case 0:
      return Array.from({ length: random(6) }, () => pick(random, WORDS)).join(" ");
    case 1:
      return (random(2_000_000) - 1_000_000) / pick(random, [1, 3, 1000]);
    case 2:
      return pick(random, [true, false, null]);
    case 3:
      return random(1_000_000_000) * 1_000;
    case 4:
      return Array.from({ length: random(5) }, () => valueFrom(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random(5) }, () => [
          pick(random, WORDS) + random(100),
          valueFrom(random, depth + 1),
        ]),
      );
  }
}

Deno.test("The SDK's signatures pass, and its verify says the same of 1,000 generated bodies", async () => {
  const random = randomFrom(SEED);
  let refused = 0;
  for (let index = 0; index < BODIES; index++) {
    const spaces = random(3);
    const body = JSON.stringify({ event: "call_ended", call: valueFrom(random) }, null, spaces);
    const signature = await sign(body, KEY);
    const now = Date.now();
    assert.equal(isSignedByRetell(bytes(body), signature, KEY, now), true, body);
    const age = random(700_000) - 350_000;
    const attempts: [string, string, string][] = [
      [body, signature, KEY],
      [body.replace("call_ended", "call_endeD"), signature, KEY],
      [body, signature, `${KEY}x`],
      [body, signature.toUpperCase().replace("V=", "v=").replace("D=", "d="), KEY],
      [body, signature.slice(0, -1) + pick(random, ["0", "f", "g", ""]), KEY],
      [body, signAt(body, now + age), KEY],
      [body, signAt(body, `000${now}`), KEY],
    ];
    for (const [text, header, key] of attempts) {
      const theirs = await verify(text, key, header);
      // Within a second of the limit the two clocks may disagree.
      if (Math.abs(Math.abs(age) - 300_000) < 1_000) continue;
      assert.equal(isSignedByRetell(bytes(text), header, key, Date.now()), theirs, header);
      if (!theirs) refused++;
    }
  }
  assert.ok(refused > BODIES, "as many are refused as pass");
});

Deno.test("A signature holds for five minutes on either side, to the millisecond", () => {
  const at = 1_790_000_000_000;
  const passes = (now: number) => isSignedByRetell(bytes("{}"), signAt("{}", at), KEY, now);
  assert.deepEqual([at, at + 300_000, at - 300_000].map(passes), [true, true, true]);
  assert.deepEqual([at + 300_001, at + 301_000, at - 300_001].map(passes), [false, false, false]);
});

Deno.test("What is no signature is refused, whatever it is", () => {
  const now = Date.now();
  const good = signAt("{}", now);
  const wrong = [
    undefined,
    null,
    "",
    "v=,d=",
    good.slice(0, -2),
    `${good}00`,
    ` ${good}`,
    `${good},v=1`,
    good.replace("v=", "t="),
    good.replace(/v=\d+/, "v=NaN"),
    good.replace(/v=\d+/, "v=99999999999999999999999999"),
    good.replace(/d=..../, "d=zzzz"),
  ];
  for (const header of wrong) assert.equal(isSignedByRetell(bytes("{}"), header, KEY, now), false);
});

Deno.test("The signature is over the bytes: text that only reads alike is refused", () => {
  const now = Date.now();
  assert.equal(
    isSignedByRetell(bytes('{"a":"é"}'), signAt('{"a":"e\u0301"}', now), KEY, now),
    false,
  );
  assert.equal(isSignedByRetell(bytes('{"a": 1}'), signAt('{"a":1}', now), KEY, now), false);
});
