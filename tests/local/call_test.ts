import assert from "node:assert/strict";
import { z } from "zod";
import { type Answer, fakeStack, LINE, twiml } from "./phone/fake_stack.ts";

const MENU = twiml(
  `<Gather numDigits="1" timeout="5" action="turn?token=t1"><Say>Press 1 or 2</Say></Gather>`,
  `<Redirect>turn?token=silence</Redirect>`,
);
const BYE = twiml("<Say>Goodbye</Say>", "<Hangup/>");

/** What a program reads from `--json`. */
const Printed = z.strictObject({
  call_sid: z.string().regex(/^CA[0-9a-f]{32}$/),
  ok: z.boolean(),
  ended_by: z.string(),
  turns: z.number().int(),
  seconds: z.number().int(),
  entries: z.array(z.looseObject({ at: z.number(), kind: z.string() })),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

/** Runs `deno task call` as its own process. */
async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "local/call.ts", ...args],
    stdin: "null",
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Serves answers as a stack would, with its local.json in a folder of its own. */
async function serving(
  answers: Record<string, Answer> | Answer[],
  work: (folder: string, stack: ReturnType<typeof fakeStack> & { url: string }) => Promise<void>,
) {
  const stack = fakeStack(answers);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => stack.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const folder = await Deno.makeTempDir();
  const details = {
    url,
    publishable_key: "sb_publishable_x",
    secret_key: "sb_secret_x",
    cron_key: "sb_secret_y",
    demo: {
      email: "demo@example.com",
      password: "secret",
      user_id: "8b1f7a52-54a6-4e38-9d0c-6a6a3c9a1f10",
      connection_id: LINE.connectionId,
      provider: "twilio",
      auth_token: LINE.authToken,
      number: LINE.to,
    },
  };
  try {
    await Deno.writeTextFile(`${folder}/local.json`, JSON.stringify(details));
    await work(folder, { ...stack, url });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("deno task call --digits --json prints one object and exits with 0", async () => {
  await serving([MENU, BYE], async (folder, { received }) => {
    const { code, stdout } = await run(["--data", folder, "--digits", "2", "--json"]);
    const printed = Printed.parse(JSON.parse(stdout));
    assert.equal(code, 0);
    assert.equal(printed.ok, true);
    assert.equal(printed.ended_by, "menu");
    assert.equal(printed.turns, 2);
    assert.ok(received.every(({ signed }) => signed));
    assert.deepEqual(received.map(({ fields }) => fields.get("Digits")), [null, "2", null]);
  });
});

Deno.test("deno task call --digits prints what a reader follows", async () => {
  await serving([MENU, MENU, BYE], async (folder) => {
    const { code, stdout } = await run([
      "--data",
      folder,
      "--digits",
      "-,1",
      "--from",
      "+15550177",
    ]);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      `dialling ${LINE.to} from +15550177`,
      "☎  Press 1 or 2",
      "…  silent for 5 s",
      "☎  Press 1 or 2",
      "⌨  1",
      "☎  Goodbye",
      "■  hung up by the menu after 3 turns",
    ]);
  });
});

Deno.test("deno task call exits with 1 when the call fails, and says why", async () => {
  const refused: Answer = () =>
    new Response(JSON.stringify({ code: "invalid_signature" }), { status: 403 });
  await serving({ voice: refused }, async (folder) => {
    const { code, stdout } = await run(["--data", folder, "--digits", "1", "--json"]);
    assert.equal(code, 1);
    const printed = Printed.parse(JSON.parse(stdout));
    assert.equal(printed.ok, false);
    assert.equal(printed.error?.code, "signature_refused");
  });
  const elsewhere: Answer = () => new Response(null, { status: 307, headers: { location: "bye" } });
  await serving({ voice: elsewhere, bye: BYE }, async (folder, { received }) => {
    const { code } = await run(["--data", folder, "--digits", "1"]);
    assert.equal(code, 1);
    assert.ok(received.every(({ path }) => !path.endsWith("/bye")));
  });
  await serving([() => new Response("<p>hello</p>")], async (folder) => {
    const { code, stdout } = await run(["--data", folder, "--digits", "1"]);
    assert.equal(code, 1);
    assert.match(stdout, /✗ {2}The reply is text\/plain/);
  });
});

Deno.test("deno task call dials any other connection without a file", async () => {
  await serving([BYE], async (_folder, { url, received }) => {
    const { code } = await run([
      ...["--url", url, "--connection", LINE.connectionId, "--to", "+15550142"],
      ...["--account", "AC9", "--field", "FromCity=KÖLN", "--progress", "--digits", ""],
    ], { SWITCHBOARD_CALL_AUTH_TOKEN: LINE.authToken });
    assert.equal(code, 0);
    assert.deepEqual(received.map(({ fields }) => fields.get("CallStatus")), [
      "initiated",
      "ringing",
      "ringing",
      "in-progress",
      "completed",
    ]);
    for (const { fields, signed } of received) {
      assert.ok(signed);
      assert.equal(fields.get("To"), "+15550142");
      assert.equal(fields.get("AccountSid"), "AC9");
      assert.equal(fields.get("FromCity"), "KÖLN");
    }
  });
});

Deno.test("deno task call says in one sentence why a call could not be placed", async () => {
  const folder = await Deno.makeTempDir();
  const cases: [string[], RegExp][] = [
    [
      ["--data", folder, "--digits", "1"],
      /^No stack is running here: .*local\.json does not exist/,
    ],
    [["--data", folder], /^There is no terminal to press keys in/],
    [["--json"], /^--json needs --digits/],
    [["--digits", "1,x"], /^Cannot press "x"/],
    [["--dial", "maybe", "--digits", "1"], /^--dial: /],
    [["--nonsense"], /^Unknown option '--nonsense'/],
    [["--connection", "x", "--digits", "1"], /^--connection needs its auth token/],
  ];
  try {
    const runs = await Promise.all(cases.map(([args]) => run(args)));
    for (const [at, { code, stdout, stderr }] of runs.entries()) {
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, cases[at]?.[1] ?? /^$/);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task call fails in one sentence where nobody answers", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const { code, stdout } = await run([
    ...["--url", `http://127.0.0.1:${port}`, "--connection", LINE.connectionId],
    ...["--to", "+15550142", "--auth-token", "x", "--digits", "1", "--json"],
  ]);
  assert.equal(code, 1);
  assert.equal(Printed.parse(JSON.parse(stdout)).error?.code, "unreachable");
});

Deno.test("deno task call --help tells every option", async () => {
  const { code, stdout } = await run(["--help"]);
  assert.equal(code, 0);
  for (const option of ["--digits", "--json", "--data", "--url", "--connection", "--dial"]) {
    assert.ok(stdout.includes(`  ${option} `), option);
  }
});
