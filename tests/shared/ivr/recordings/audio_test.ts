import assert from "node:assert/strict";
import { audioFormat } from "#shared/ivr/recordings/audio.ts";

Deno.test("A format is known by its type, however the provider spells it, else by its extension", () => {
  const extension = (type: string, path = "/r") => audioFormat(type, path)?.extension;
  assert.equal(extension("audio/mpeg"), "mp3");
  assert.equal(extension("Audio/X-WAV; rate=8000"), "wav");
  assert.equal(extension("binary/octet-stream", "/a/b.MP3"), "mp3");
  assert.equal(extension("application/octet-stream", "/a/b.exe"), undefined);
  assert.equal(extension("text/html", "/a/b.mp3"), undefined);
  assert.equal(extension("", "/a/b.mp3"), undefined);
});
