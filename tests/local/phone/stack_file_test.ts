import assert from "node:assert/strict";
import { lineTo, readStackFile, StackFileError } from "#local/phone/mod.ts";
import { LINE } from "./fake_stack.ts";

const DETAILS = {
  url: LINE.url,
  publishable_key: "sb_publishable_x",
  secret_key: "sb_secret_x",
  cron_key: "sb_secret_y",
  demo: {
    email: "demo@example.com",
    password: "secret",
    user_id: "00000000-0000-0000-0000-000000000001",
    connection_id: LINE.connectionId,
    provider: "twilio",
    auth_token: LINE.authToken,
    number: LINE.to,
  },
};

async function reading(content: string | undefined) {
  const folder = await Deno.makeTempDir();
  try {
    if (content !== undefined) await Deno.writeTextFile(`${folder}/local.json`, content);
    return await readStackFile(`${folder}/local.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function refused(message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StackFileError);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  };
}

Deno.test("a stack's file leads to its demo number", async () => {
  const details = await reading(JSON.stringify(DETAILS));
  assert.deepEqual(lineTo(details), { ...LINE, publicUrl: undefined });
});

Deno.test("a stack's file may name another public address", async () => {
  const public_url = "https://demo.example/functions/v1";
  const details = await reading(JSON.stringify({ ...DETAILS, public_url }));
  assert.equal(lineTo(details).publicUrl, public_url);
});

Deno.test("what is wrong with a stack's file is said in one sentence", async () => {
  await assert.rejects(
    reading(undefined),
    refused(/^No stack is running here: .*deno task start$/),
  );
  await assert.rejects(reading("{"), refused(/is not JSON/));
  const { auth_token: _, ...demo } = DETAILS.demo;
  await assert.rejects(reading(JSON.stringify({ ...DETAILS, demo })), refused(/demo\.auth_token/));
  await assert.rejects(reading(JSON.stringify({ ...DETAILS, url: "x" })), refused(/: url /));
  await assert.rejects(reading("null"), refused(/is not what deno task start writes/));
});

Deno.test("a demo of a provider that the phone does not speak is refused", () => {
  const details = { ...DETAILS, demo: { ...DETAILS.demo, provider: "carrier-pigeon" } };
  assert.throws(() => lineTo(details), refused(/carrier-pigeon/));
});
