import assert from "node:assert/strict";
import { ask } from "#tests/support/account_owner.ts";
import { faults } from "#tests/support/key_holder.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const GIF = new TextEncoder().encode("GIF89a and so on");

async function upload(
  stack: TestStack,
  { jwt }: Tenant,
  content: Uint8Array<ArrayBuffer>,
  type = "image/png",
): Promise<{ status: number; url: string; code: unknown }> {
  const response = await stack.fetch(
    new Request(`${stack.url}/functions/v1/account/avatar`, {
      method: "PUT",
      headers: { "authorization": `Bearer ${jwt}`, "content-type": type },
      body: content,
    }),
  );
  const body = await response.json();
  return { status: response.status, url: body.avatar_url, code: body.code };
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

Deno.test("A profile is there from the first, and keeps what its user says in one form", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const first = await ask(stack, owner, "GET", "/profile");
  assert.deepEqual([first.status, first.body.email, first.body.timezone], [
    200,
    owner.email,
    "UTC",
  ]);
  const json = {
    full_name: " Ada Lovelace ",
    department: "Engines",
    position: "Analyst",
    phone: "+44 20 7946 0958",
    timezone: "Europe/London",
    language: "en-gb",
    preferences: { theme: "dark" },
    metadata: { n: [1, "ü"] },
  };
  const { status, body } = await ask(stack, owner, "PATCH", "/profile", { json });
  assert.equal(status, 200, JSON.stringify(body));
  const kept = { ...json, full_name: "Ada Lovelace", phone: "+442079460958", language: "en-GB" };
  assert.deepEqual({ ...body, ...kept }, body);
  const { body: read } = await ask(stack, owner, "GET", "/profile");
  assert.deepEqual(read, body);
  const cleared = await ask(stack, owner, "PATCH", "/profile", { json: { phone: null } });
  assert.deepEqual([cleared.body.phone, cleared.body.department], [null, "Engines"]);
  assert.deepEqual((await ask(stack, owner, "PATCH", "/profile", { json: {} })).body, cleared.body);
});

Deno.test("A profile refuses what is none, names the field, and stays as it was", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const { body: before } = await ask(stack, owner, "GET", "/profile");
  const wrong: Record<string, unknown[]> = {
    phone: [
      "12",
      "030 901820",
      "+49 30",
      "+1 555 0100",
      "+49 30 901820 ext. 5",
      "tel",
      "",
      7,
      "+999123456789",
    ],
    timezone: ["Mars/Base", "+01:00", "EST", "europe", "", "posix/UTC", null],
    language: ["", "english", "xx", "de_DE!", "12", "x-private", null],
    full_name: ["", " ", "a\u0000b", "x".repeat(201), 1],
    username: ["x".repeat(51)],
    preferences: [[], "x", null, { x: "y".repeat(66_000) }, { x: "\u0000" }],
    metadata: [JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`)],
    email: ["other@example.com"],
    avatar_url: ["https://example.com/x.png"],
    is_active: [false],
    encrypted_retell_api_key: ["x"],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const reply = await ask(stack, owner, "PATCH", "/profile", { json: { [field]: value } });
      const what = `${field} ${JSON.stringify(value).slice(0, 50)}`;
      assert.deepEqual([reply.status, reply.body.code], [422, "validation_failed"], what);
      assert.ok(faults(reply).some((path) => String(path).startsWith(field)), what);
    }
  }
  assert.deepEqual((await ask(stack, owner, "GET", "/profile")).body, before);
});

Deno.test("A document of the largest size is taken, also where it is members and little else", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const members = Array.from({ length: 6_500 }, (_, index) => [`k${1_000 + index}`, 0]);
  const preferences = Object.fromEntries(members);
  const json = { preferences };
  const bytes = JSON.stringify(preferences).length;
  assert.ok(bytes > 64_000 && bytes <= 65_536, String(bytes));
  const { status, body } = await ask(stack, owner, "PATCH", "/profile", { json });
  assert.deepEqual([status, body.preferences], [200, preferences]);
});

Deno.test("Time zones and languages of all kinds are taken", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  for (const timezone of ["UTC", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) {
    const { status } = await ask(stack, owner, "PATCH", "/profile", { json: { timezone } });
    assert.equal(status, 200, timezone);
  }
  for (const language of ["de", "pt-BR", "zh-Hant-TW", "es-419", "yue"]) {
    const { body } = await ask(stack, owner, "PATCH", "/profile", { json: { language } });
    assert.equal(body.language, language);
  }
});

Deno.test("An avatar is kept by what it is, and the one before is removed", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const first = await upload(stack, owner, PNG);
  assert.equal(first.status, 200);
  assert.match(
    first.url,
    new RegExp(`/storage/v1/object/public/avatars/${owner.userId}/[0-9a-f-]{36}\\.png$`),
  );
  const shown = await fetch(first.url);
  assert.deepEqual([shown.headers.get("content-type"), new Uint8Array(await shown.arrayBuffer())], [
    "image/png",
    PNG,
  ]);
  // Called a PNG, and a GIF.
  const second = await upload(stack, owner, GIF, "image/png");
  assert.match(second.url, /\.gif$/);
  assert.deepEqual([await statusOf(first.url), await statusOf(second.url)], [400, 200]);
  assert.equal((await ask(stack, owner, "GET", "/profile")).body.avatar_url, second.url);
  assert.equal((await ask(stack, owner, "DELETE", "/avatar")).status, 200);
  assert.equal(await statusOf(second.url), 400);
  assert.equal((await ask(stack, owner, "GET", "/profile")).body.avatar_url, null);
  assert.equal((await ask(stack, owner, "DELETE", "/avatar")).status, 200);
});

Deno.test("What is no image, or too large, is refused and stored nowhere", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const texts = [
    "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "<html>",
    "RIFF1234WAVE",
    "",
  ];
  for (const text of texts) {
    const { status, code } = await upload(stack, owner, new TextEncoder().encode(text));
    assert.deepEqual([status, code], [415, "unsupported_media_type"], text);
  }
  const large = new Uint8Array(2 * 1024 * 1024 + 1);
  large.set(PNG);
  assert.deepEqual((await upload(stack, owner, large)).code, "payload_too_large");
  const [objects] = await stack.database.query(
    "select count(*)::integer as n from storage.objects",
  );
  assert.equal(objects?.n, 0);
});

Deno.test("A new avatar removes no file but the user's own, whatever the address before says", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant("owner");
  const stranger = await stack.newTenant("stranger");
  const { url } = await upload(stack, owner, PNG);
  await stranger.db.from("user_profiles").update({ avatar_url: url }).eq(
    "user_id",
    stranger.userId,
  );
  await upload(stack, stranger, GIF);
  assert.equal(await statusOf(url), 200);
  for (
    const avatar_url of [`${url.replace(owner.userId, `${stranger.userId}/../${owner.userId}`)}`]
  ) {
    await stranger.db.from("user_profiles").update({ avatar_url }).eq("user_id", stranger.userId);
    await ask(stack, stranger, "DELETE", "/avatar");
    assert.equal(await statusOf(url), 200);
  }
});
