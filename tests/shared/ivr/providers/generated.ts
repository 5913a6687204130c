import type { Directive, Say } from "#shared/ivr/directive.ts";
import { generator } from "./signatures.ts";

const LANGUAGES = ["en-US", "de-DE", "es-MX", "ja-JP", "fr-FR"];

/** Directive lists from a seed: everything that an engine may ask for, and some that it should not. */
export function directiveLists(seed: number): () => Directive[] {
  const { random, text } = generator(seed);
  const chance = (one: number) => random(one) === 0;
  const between = (least: number, most: number) => least + random(most - least + 1);
  // Now and then outside of every limit: a renderer must bring it back within its own.
  const number = (least: number, most: number) =>
    chance(8) ? between(-5, 3 * most) : between(least, most);
  const prompt = (): Say => {
    const spoken = chance(12)
      ? Array.from({ length: between(20, 400) }, () => text(8)).join(chance(3) ? "" : " ")
      : `${chance(40) ? "<speak>" : ""}${text(60)}`;
    return { kind: "say", text: spoken, language: LANGUAGES[random(LANGUAGES.length)] ?? "en-US" };
  };
  const prompts = () => Array.from({ length: random(4) }, prompt);
  const finishKey = () => chance(2) ? "#" as const : null;
  const leg = () => ({
    ...(chance(2) && { callerId: `+1555010${between(1000, 9999)}` }),
    ...(chance(2) && { ringSeconds: number(5, 120) }),
    ...(chance(2) && { limitSeconds: number(60, 7200) }),
  });
  const kinds: (() => Directive)[] = [
    prompt,
    () => ({
      kind: "gather",
      prompts: prompts(),
      bargeIn: chance(2),
      digits: number(1, 20),
      timeout: number(1, 60_000),
      interDigitTimeout: number(1, 20_000),
      finishKey: finishKey(),
      speech: chance(3) ? { hints: Array.from({ length: random(5) }, () => text()) } : null,
      sensitive: chance(4),
    }),
    () => ({
      kind: "record",
      prompts: prompts(),
      maxSeconds: number(3, 3600),
      silenceSeconds: number(3, 10),
      finishKey: finishKey(),
    }),
    () => ({ kind: "dial", number: `+4930${between(100000, 999999)}`, ...leg() }),
    () => ({
      kind: "dial_sip",
      uri:
        ["sip:a@example.com", "sip:b@example.com;transport=tcp", "sips:c@example.com"][random(3)] ??
          "sip:a@example.com",
      ...leg(),
      ...(chance(2) && { headers: { call: text(), [`k${random(9)}`]: text() } }),
    }),
    () => ({ kind: "enqueue", queue: `queue ${text()}` }),
    () => ({ kind: "wait", seconds: number(0, 60) }),
    () => ({ kind: "hangup" }),
  ];
  return () =>
    Array.from({ length: between(1, 4) }, () => (kinds[random(kinds.length)] ?? prompt)());
}
