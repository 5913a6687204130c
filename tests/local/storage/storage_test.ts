import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { onPostgres } from "#tests/support/databases.ts";
import { createDatabase } from "#tests/support/databases.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";

const AUDIO = new Uint8Array([0x49, 0x44, 0x33, 4, 0, 0, 1, 2, 3, 4]);

/** Buckets as a migration would make them, and policies as their tables would have. */
const BUCKETS = `
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
    ('own', 'own', false, 1000, '{audio/*,text/plain}'), ('open', 'open', true, null, null), ('none', 'none', false, null, null);
  create policy "Own folder: read" on storage.objects for select to authenticated
    using (bucket_id = 'own' and (storage.foldername(name))[1] = (select auth.uid())::text);
  create policy "Own folder: write" on storage.objects for insert to authenticated
    with check (bucket_id = 'own' and (storage.foldername(name))[1] = (select auth.uid())::text and owner_id = (select auth.uid())::text);
  create policy "Own folder: change" on storage.objects for update to authenticated using (owner_id = (select auth.uid())::text);
  create policy "Own folder: delete" on storage.objects for delete to authenticated using (owner_id = (select auth.uid())::text);`;

interface Scene extends AsyncDisposable {
  readonly stack: TestStack;
  readonly owner: Tenant;
  readonly stranger: Tenant;
  readonly anon: SupabaseClient;
  readonly files: string;
}

async function scene(databaseUrl?: string): Promise<Scene> {
  const files = await Deno.makeTempDir();
  const stack = await testStack({ databaseUrl, files });
  await stack.database.exec(BUCKETS);
  return {
    stack,
    files,
    owner: await stack.newTenant("owner"),
    stranger: await stack.newTenant("stranger"),
    anon: createClient(stack.url, stack.secrets.publishable_key, {
      auth: { persistSession: false, autoRefreshToken: false },
    }),
    async [Symbol.asyncDispose]() {
      await stack.close();
      await Deno.remove(files, { recursive: true });
    },
  };
}

async function kept(files: string): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(files))).length;
}

/** The code of an error in the form of the platform's storage. */
function codeOf({ error }: { error: unknown }): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}

async function roundTrip({ stack, owner, stranger, anon, files }: Scene): Promise<void> {
  const mine = owner.db.storage.from("own");
  const path = `${owner.userId}/a folder/voice (1).mp3`;
  const options = { contentType: "audio/mpeg", metadata: { kind: "voicemail" } };
  const uploaded = await mine.upload(path, AUDIO, options);
  assert.equal(uploaded.error, null);
  assert.equal(uploaded.data?.fullPath, `own/${path}`);
  const downloaded = await mine.download(path);
  assert.equal(downloaded.error, null);
  assert.equal(downloaded.data?.type, "audio/mpeg");
  assert.deepEqual(new Uint8Array(await downloaded.data?.arrayBuffer() ?? assert.fail()), AUDIO);

  const { data: info } = await mine.info(path);
  assert.equal(info?.size, AUDIO.length);
  assert.equal(info?.contentType, "audio/mpeg");
  assert.deepEqual(info?.metadata, { kind: "voicemail" });
  assert.equal((await mine.exists(path)).data, true);
  assert.equal((await mine.exists(`${owner.userId}/nothing`)).data, false);

  const folders = await mine.list(owner.userId);
  assert.deepEqual(folders.data?.map(({ name, id }) => [name, id]), [["a folder", null]]);
  const inside = await mine.list(`${owner.userId}/a folder`);
  assert.deepEqual(inside.data?.map(({ name }) => name), ["voice (1).mp3"]);
  assert.equal(inside.data?.[0]?.metadata?.size, AUDIO.length);

  assert.equal(codeOf(await mine.upload(path, AUDIO, options)), "KeyAlreadyExists");
  const text = new Blob(["another"], { type: "text/plain" });
  assert.equal((await mine.upload(path, text, { upsert: true })).error, null);
  assert.equal(await (await mine.download(path)).data?.text(), "another");
  assert.equal(await kept(files), 1, "What was replaced is gone");

  for (const other of [stranger.db, anon]) {
    const theirs = other.storage.from("own");
    assert.equal(codeOf(await theirs.download(path).asStream()), "NoSuchKey");
    assert.equal(codeOf(await theirs.info(path)), "NoSuchKey");
    assert.equal(codeOf(await theirs.createSignedUrl(path, 60)), "NoSuchKey");
    assert.deepEqual((await theirs.list(`${owner.userId}/a folder`)).data, []);
    assert.deepEqual((await theirs.remove([path])).data, []);
    assert.equal(codeOf(await theirs.upload(`${owner.userId}/x`, text)), "AccessDenied");
    assert.equal(codeOf(await theirs.upload(path, text, { upsert: true })), "AccessDenied");
  }
  assert.equal(await kept(files), 1, "Nothing of a refused upload is kept");
  const service = stack.admin.storage.from("own");
  assert.equal(await (await service.download(path)).data?.text(), "another");

  const removed = await mine.remove([path, `${owner.userId}/nothing`]);
  assert.deepEqual(removed.data?.map(({ name }) => name), [path]);
  assert.equal(await kept(files), 0);
  assert.equal(codeOf(await mine.download(path).asStream()), "NoSuchKey");
}

Deno.test("objects go in, come out and are seen by those whom the policies let see them", async () => {
  await using there = await scene();
  await roundTrip(there);
});

Deno.test("the same holds over a Postgres server", onPostgres, async () => {
  await using database = await createDatabase("template0");
  await using there = await scene(database.url);
  await roundTrip(there);
});

Deno.test("a link opens its object to anyone, and nothing else, for as long as it was made for", async () => {
  await using there = await scene();
  const { stack, owner } = there;
  const mine = owner.db.storage.from("own");
  const [one, two] = [`${owner.userId}/one.mp3`, `${owner.userId}/two.mp3`];
  for (const path of [one, two]) {
    assert.equal((await mine.upload(path, AUDIO, { contentType: "audio/mpeg" })).error, null);
  }
  const { data } = await mine.createSignedUrl(one, 60, { download: "voicemail.mp3" });
  const url = data?.signedUrl ?? assert.fail();
  const response = await fetch(url);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), AUDIO);
  assert.match(response.headers.get("content-disposition") ?? "", /voicemail\.mp3/);
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  assert.deepEqual([part.status, part.headers.get("content-range")], [206, "bytes 2-4/10"]);
  assert.deepEqual(new Uint8Array(await part.arrayBuffer()), AUDIO.slice(2, 5));
  const head = await fetch(url, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length")], [200, "10"]);
  const beyond = await fetch(url, { headers: { range: "bytes=10-" } });
  assert.equal((await beyond.json()).code, "InvalidRange");

  const secret = new TextEncoder().encode(stack.secrets.jwt_secret);
  const expired = await new SignJWT({ url: `own/${one}` }).setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("-1s").sign(secret);
  const attempts = [
    [url.replace("one.mp3", "two.mp3"), "InvalidSignature"],
    [`${stack.url}/storage/v1/object/sign/own/${one}?token=${expired}`, "InvalidJWT"],
    [`${stack.url}/storage/v1/object/sign/own/${one}?token=${owner.jwt}`, "InvalidJWT"],
    [`${stack.url}/storage/v1/object/sign/own/${one}`, "InvalidJWT"],
  ] as const;
  for (const [attempt, code] of attempts) {
    const refused = await fetch(attempt);
    assert.deepEqual([refused.status, (await refused.json()).code], [400, code], attempt);
  }
  const many = await mine.createSignedUrls([two, `${owner.userId}/none`], 60);
  assert.deepEqual(many.data?.map(({ error }) => error === null), [true, false]);
});

Deno.test("limits of a bucket hold, whatever the request says of itself", async () => {
  await using there = await scene();
  const { owner, files } = there;
  const mine = owner.db.storage.from("own");
  const path = (name: string) => `${owner.userId}/${name}`;
  const audio = { contentType: "audio/wav" };
  assert.equal((await mine.upload(path("most"), new Uint8Array(1000), audio)).error, null);
  assert.equal(codeOf(await mine.upload(path("a"), new Uint8Array(1001), audio)), "EntityTooLarge");
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(600)),
  });
  assert.notEqual((await mine.upload(path("b"), endless, audio)).error, null);
  const form = new Blob([new Uint8Array(1001)], { type: "audio/wav" });
  assert.equal(codeOf(await mine.upload(path("c"), form)), "EntityTooLarge");
  const page = { contentType: "text/html; charset=utf-8" };
  assert.equal(codeOf(await mine.upload(path("d"), "<p>", page)), "InvalidMimeType");
  assert.equal(codeOf(await mine.upload(path("nul%00"), AUDIO, audio)), "InvalidKey");
  assert.equal(codeOf(await mine.upload(path("ümlaut"), AUDIO, audio)), "InvalidKey");
  assert.equal(codeOf(await owner.db.storage.from("gone").upload("x", AUDIO)), "NoSuchBucket");
  assert.equal(await kept(files), 1);
});

Deno.test("no name leads out of the folder", async () => {
  await using there = await scene();
  const { stack, files, owner } = there;
  const authorization = `Bearer ${stack.secrets.secret_key}`;
  for (
    const name of ["..%2f..%2fescaped", "%2e%2e%2fescaped", "a%2f..%2f..%2fescaped", "%2fetc%2fx"]
  ) {
    const url = `${stack.url}/storage/v1/object/own/${name}`;
    const headers = { authorization, "content-type": "text/plain" };
    const response = await fetch(url, { method: "POST", headers, body: "x" });
    assert.equal((await response.json()).code, "InvalidKey", name);
  }
  // A row may say what it likes of its version.
  await stack.database.query(
    "insert into storage.objects (bucket_id, name, version, metadata) values ('own', $1, '../../etc/passwd', $2::text::jsonb)",
    [
      `${owner.userId}/x`,
      JSON.stringify({
        eTag: "",
        size: 1,
        mimetype: "text/plain",
        cacheControl: "",
        lastModified: "2026-01-01",
      }),
    ],
  );
  const read = await owner.db.storage.from("own").download(`${owner.userId}/x`).asStream();
  assert.equal(codeOf(read), "NoSuchKey");
  assert.equal(await kept(files).catch(() => 0), 0);
});

Deno.test("a public bucket is read without a key, and written by nobody without a policy", async () => {
  await using there = await scene();
  const { stack, anon, owner } = there;
  const service = stack.admin.storage.from("open");
  assert.equal((await service.upload("a.txt", "hello", { contentType: "text/plain" })).error, null);
  const { data } = anon.storage.from("open").getPublicUrl("a.txt");
  assert.equal(await (await fetch(data.publicUrl)).text(), "hello");
  assert.equal(codeOf(await owner.db.storage.from("open").upload("b.txt", "x")), "AccessDenied");
  const closed = await fetch(anon.storage.from("own").getPublicUrl("a.txt").data.publicUrl);
  assert.equal((await closed.json()).code, "NoSuchBucket");
});

Deno.test("storage is not served to providers, and takes no token that the project did not sign", async () => {
  await using there = await scene();
  const { stack } = there;
  const outside = await fetch(`${stack.providerUrl}/storage/v1/bucket`);
  assert.equal(outside.status, 404);
  await outside.body?.cancel();
  const forged = await new SignJWT({ role: "service_role" }).setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h").sign(new TextEncoder().encode("x".repeat(40)));
  const refused = await fetch(`${stack.url}/storage/v1/bucket`, {
    headers: { authorization: `Bearer ${forged}` },
  });
  assert.equal(refused.status, 401);
  await refused.body?.cancel();
});

Deno.test("rows of objects are not deleted past the service, which knows of their bytes", async () => {
  await using there = await scene();
  await assert.rejects(there.stack.database.query("delete from storage.objects"), /Storage API/);
});
