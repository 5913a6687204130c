import assert from "node:assert/strict";
import { Problem } from "#shared/http/problem.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { Provider, ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { generator } from "./signatures.ts";
import { encode, LINKS, type Parameters } from "./support.ts";

/** Names that mean something to one provider or another. */
const NAMES =
  "CallSid CallUUID AccountSid From To Digits SpeechResult Confidence DialCallStatus DialStatus QueueResult RecordingUrl RecordUrl RecordingSid RecordingID RecordingDuration CallStatus SequenceNumber CallDuration Duration Speech SpeechConfidenceScore uuid from to dtmf speech status payload duration recording_uuid recording_url start_time end_time __proto__ constructor"
    .split(" ");

const VALUES = [
  "",
  "\0",
  "\ud800",
  "-1",
  "0",
  "1e999",
  "NaN",
  "1".repeat(300),
  "hangup",
  "completed",
  "busy",
  "https://example.com/r.mp3",
  "https://example.com/\0",
  "v3:abc",
  "CA1",
  "+15550100123",
  "15550100123",
  "ringing",
];

/** Requests whose signature may be right and whose content is anything. */
function requests(provider: Provider, seed: number): () => ProviderRequest {
  const { random, text } = generator(seed);
  const value = () => random(3) ? VALUES[random(VALUES.length)] ?? "" : text();
  const json = (depth: number): unknown => {
    switch (random(depth > 2 ? 4 : 6)) {
      case 0:
        return random(1000) - 500;
      case 1:
        return [null, true, false][random(3)];
      case 4:
        return Array.from({ length: random(3) }, () => json(depth + 1));
      case 5:
        return Object.fromEntries(
          Array.from({ length: random(4) }, () => [
            ["digits", "timed_out", "results", "text", "confidence", "error"][random(6)],
            json(depth + 1),
          ]),
        );
      default:
        return value();
    }
  };
  return () => {
    const names = Array.from({ length: random(12) }, () => NAMES[random(NAMES.length)] ?? "");
    const fields = names.map((name): [string, unknown] => [
      name,
      provider.accepts === "application/json" ? json(0) : value(),
    ]);
    const whole = provider.accepts === "application/json"
      ? JSON.stringify(random(9) ? Object.fromEntries(fields) : json(0))
      : encode(Object.fromEntries(fields) as Parameters);
    const body = random(12) ? whole : whole.slice(0, random(whole.length + 1)) + text();
    const after = ["", "&after=wait", "&after=record", "&after=dial", "&after=queue", "&after=x"];
    const call = random(4) ? "" : `&call=${encodeURIComponent(value().toWellFormed())}`;
    return { url: LINKS.turn + after[random(after.length)] + call, headers: new Headers(), body };
  };
}

for (const [index, provider] of Object.values(PROVIDERS).entries()) {
  Deno.test(`3,000 garbled requests of ${provider.name} are read or named, never worse`, () => {
    const next = requests(provider, 77 + index);
    const counts = { read: 0, named: 0 };
    for (let round = 0; round < 3000; round++) {
      const request = next();
      const { parseCall, parseInput, parseStatus, parseRecording } = provider;
      for (const parse of [parseCall, parseInput, parseStatus, parseRecording]) {
        try {
          const result = JSON.stringify(parse(request));
          // A database would refuse either.
          assert.doesNotMatch(result, /\\u0000|\\ud[89a-f]/, request.body);
          counts.read += 1;
        } catch (error) {
          assert.ok(error instanceof Problem, `${request.url} ${request.body} ${error}`);
          counts.named += 1;
        }
      }
      assert.equal(provider.verify(request, ["secret"], new Date(0)), false);
    }
    assert.ok(counts.read > 500 && counts.named > 500, JSON.stringify(counts));
  });
}
