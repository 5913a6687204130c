import assert from "node:assert/strict";
import { type Entry, formatEntry } from "#local/phone/mod.ts";

const at = 0;

Deno.test("every entry reads as one calm line", () => {
  const cases: [Entry, string | undefined][] = [
    [
      { at, kind: "dialled", from: "+15550199", to: "+15550100" },
      "dialling +15550100 from +15550199",
    ],
    [{ at, kind: "said", text: "Welcome" }, "☎  Welcome"],
    [{ at, kind: "said", text: "Welcome", loop: 2 }, "☎  Welcome (2 times)"],
    [{ at, kind: "said", text: "Wait", loop: 0 }, "☎  Wait (again and again)"],
    [{ at, kind: "played", source: "https://x.example/a.mp3" }, "♪  https://x.example/a.mp3"],
    [{ at, kind: "tones", digits: "1w2" }, "♪  tones 1w2"],
    [{ at, kind: "paused", seconds: 2 }, "…  a pause of 2 s"],
    [{ at, kind: "pressed", keys: "2" }, "⌨  2"],
    [{ at, kind: "unheard", keys: "34" }, "!  34 came too late to be heard"],
    [{ at, kind: "silent", seconds: 5 }, "…  silent for 5 s"],
    [
      {
        at,
        kind: "transferred",
        to: [{ kind: "number", address: "+15550101" }],
        status: "completed",
        seconds: 30,
      },
      "⇢  transferred to +15550101   (completed)",
    ],
    [
      {
        at,
        kind: "transferred",
        to: [{ kind: "sip", address: "sip:a@b.example" }, { kind: "queue", address: "help" }],
        status: "busy",
        seconds: 0,
      },
      "⇢  transferred to sip:a@b.example, queue help   (busy)",
    ],
    [
      { at, kind: "transferred", to: [], status: "failed", seconds: 0 },
      "⇢  transferred to nobody   (failed)",
    ],
    [
      { at, kind: "queued", queue: "help", result: "bridged", seconds: 12 },
      "⧖  in the queue help for 12 s   (bridged)",
    ],
    [{ at, kind: "recorded", seconds: 3, ended_by: "silence" }, "●  recorded 3 s"],
    [{ at, kind: "recorded", seconds: 0, ended_by: "silence" }, "●  recorded nothing"],
    [
      { at, kind: "warned", code: "12200", message: "<X> is not a verb" },
      "!  <X> is not a verb (12200)",
    ],
    [{ at, kind: "failed", code: "unreachable", message: "Nobody answers" }, "✗  Nobody answers"],
    [
      { at, kind: "ended", by: "menu", turns: 4, seconds: 9 },
      "■  hung up by the menu after 4 turns",
    ],
    [
      { at, kind: "ended", by: "caller", turns: 1, seconds: 9 },
      "■  hung up by the caller after 1 turn",
    ],
    [
      { at, kind: "fetched", method: "POST", path: "/x", status: 200, milliseconds: 4 },
      undefined,
    ],
    [{ at, kind: "reported", call_status: "completed", status: 204 }, undefined],
  ];
  for (const [entry, line] of cases) assert.equal(formatEntry(entry), line);
});

Deno.test("requests are shown where they are asked for", () => {
  assert.equal(
    formatEntry(
      { at, kind: "fetched", method: "POST", path: "/x", status: 200, milliseconds: 4 },
      { requests: true },
    ),
    "→  POST /x 200 in 4 ms",
  );
  assert.equal(
    formatEntry({ at, kind: "reported", call_status: "completed", status: 204 }, {
      requests: true,
    }),
    "→  reported completed",
  );
});

Deno.test("colours appear only where they are asked for", () => {
  const entry: Entry = { at, kind: "pressed", keys: "2" };
  assert.ok(!formatEntry(entry)?.includes("\x1b"));
  assert.ok(formatEntry(entry, { colour: true })?.includes("\x1b["));
});

Deno.test("no prompt can drive the terminal", () => {
  const text = "a\x1b[2Jb\x07c\u009bd\re\nf";
  const line = formatEntry({ at, kind: "said", text }, { colour: true });
  assert.equal(line, "☎  a [2Jb c d e f");
});

Deno.test("long speech wraps at words and loses none", () => {
  const text = Array.from({ length: 40 }, (_, n) => `word${n}`).join(" ");
  const lines = (formatEntry({ at, kind: "said", text }, { width: 40 }) ?? "").split("\n");
  assert.ok(lines.length > 5);
  for (const line of lines) assert.ok(line.length <= 43, line);
  assert.equal(lines.map((line) => line.slice(3)).join(" "), text);
});
