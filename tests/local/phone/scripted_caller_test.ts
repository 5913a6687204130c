import assert from "node:assert/strict";
import { parseScript, scriptedCaller, ScriptError } from "#local/phone/mod.ts";

const FIRST = { seconds: 5, first: true };
const NEXT = { seconds: 5, first: false };

Deno.test("a script is a list of what is pressed at successive gathers", () => {
  assert.deepEqual(parseScript("2,1"), ["2", "1"]);
  assert.deepEqual(parseScript("2,,1"), ["2", "", "1"]);
  assert.deepEqual(parseScript("-, 12#,*"), ["", "12#", "*"]);
  assert.deepEqual(parseScript("abcd,h"), ["ABCD", "h"]);
  assert.deepEqual(parseScript(""), [""]);
});

Deno.test("a script with what no telephone can press is refused by name", () => {
  for (const item of ["x", "1e", "+1", "1-2", "1h", "٣", "１"]) {
    assert.throws(() => parseScript(`1,${item}`), (error) => {
      assert.ok(error instanceof ScriptError);
      assert.ok(error.message.includes(JSON.stringify(item)));
      return true;
    });
  }
});

Deno.test("a scripted caller presses an item's keys and then says nothing", async () => {
  const caller = scriptedCaller(["12", "3"]);
  assert.deepEqual(await caller.press(FIRST), { did: "key", key: "1" });
  assert.deepEqual(await caller.press(NEXT), { did: "key", key: "2" });
  assert.deepEqual(await caller.press(NEXT), { did: "silence" });
  assert.deepEqual(await caller.press(FIRST), { did: "key", key: "3" });
  assert.deepEqual(await caller.press(NEXT), { did: "silence" });
});

Deno.test("a scripted caller is silent when the script is over", async () => {
  const caller = scriptedCaller(["", "1"]);
  assert.deepEqual(await caller.press(FIRST), { did: "silence" });
  assert.deepEqual(await caller.press(FIRST), { did: "key", key: "1" });
  assert.deepEqual(await caller.press(FIRST), { did: "silence" });
});

Deno.test("keys left of an item are unheard once and not pressed later", async () => {
  const caller = scriptedCaller(["123", "4"]);
  await caller.press(FIRST);
  assert.equal(caller.unheard(), "23");
  assert.equal(caller.unheard(), "");
  assert.deepEqual(await caller.press(FIRST), { did: "key", key: "4" });
});

Deno.test("a scripted caller hangs up at the next gather or recording", async () => {
  assert.deepEqual(await scriptedCaller(["h"]).press(FIRST), { did: "hangup" });
  const recording = { maxSeconds: 60, finishOnKey: "#" };
  const caller = scriptedCaller(["1", "h"], { speakSeconds: 2 });
  assert.deepEqual(await caller.speak(recording), { seconds: 2, digits: "" });
  await caller.press(FIRST);
  assert.deepEqual(await caller.speak(recording), { seconds: 2, digits: "hangup" });
});
