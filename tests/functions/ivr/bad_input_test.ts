import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { setLogSink } from "#shared/log.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  type PhoneLine,
  readProblem,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";

const APOLOGY = "We are sorry, this call cannot be continued. Please try again later.";

/** A fingerprint of every row of every table of ours. */
async function allRows({ database }: TestStack): Promise<string> {
  const tables = await database.query(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind = 'r' order by 1`,
  );
  const contents = await Promise.all(tables.map(async ({ name }) => {
    const [row] = await database.query(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t`,
    );
    return `${name} ${row?.digest}`;
  }));
  return contents.join("\n");
}

/** The codes of the request lines that an action logs. */
async function loggedCodes(action: () => Promise<unknown>): Promise<unknown[]> {
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  try {
    await action();
  } finally {
    setLogSink(() => {});
  }
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "request").map((
    { code },
  ) => code);
}

/** Expects what a genuine caller gets when something is wrong: an apology, one log line, no row. */
async function assertApology(
  stack: TestStack,
  code: string,
  request: () => Promise<Response>,
  said = APOLOGY,
): Promise<void> {
  const before = await allRows(stack);
  const codes = await loggedCodes(async () => {
    const response = await request();
    assert.equal(response.headers.get("x-problem-code"), code);
    const document = await readTwiml(response);
    assert.deepEqual(document.verbs, ["Say", "Hangup"]);
    assert.deepEqual(document.said, [said]);
  });
  assert.deepEqual(codes, [code]);
  assert.equal(await allRows(stack), before);
}

/** Expects what a stranger gets: a problem document, one log line, no row. */
async function assertProblem(
  stack: TestStack,
  code: string,
  request: () => Promise<Response>,
): Promise<void> {
  const before = await allRows(stack);
  const codes = await loggedCodes(async () =>
    assert.equal(await readProblem(await request()), code)
  );
  assert.deepEqual(codes, [code]);
  assert.equal(await allRows(stack), before);
}

async function lineOn(stack: TestStack): Promise<PhoneLine> {
  return await newLine(stack.url, await stack.newTenant());
}

Deno.test("What is wrong with a genuine request is an apology with its own code, and no row changes", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const other = incomingCall(line);
  const { action: otherAction } = await readTwiml(await line.post(line.urls.voice, other));
  const { CallSid: _, ...anonymous } = call;

  const cases: [string, string, Parameters][] = [
    ["missing_call_id", line.urls.voice, anonymous],
    ["missing_call_id", action, { ...anonymous, Digits: "1" }],
    ["unknown_number", line.urls.voice, incomingCall({ number: "+15550999999" })],
    ["invalid_digits", action, { ...call, Digits: "12x" }],
    ["invalid_digits", action, { ...call, Digits: "<Say>" }],
    ["invalid_step_token", otherAction, { ...call, Digits: "1" }],
    ["invalid_step_token", action.replace("token=1.", "token=2."), { ...call, Digits: "1" }],
    ["invalid_step_token", action.replace(/\?.*/, ""), { ...call, Digits: "1" }],
    ["invalid_request", action, { ...call, DialCallStatus: "vanished" }],
    ["invalid_request", line.urls.voice, { ...call, To: "+1555\0" }],
  ];
  for (const [code, url, parameters] of cases) {
    await assertApology(stack, code, () => line.post(url, parameters));
  }
  // Nothing was lost: the call goes on where it was.
  assert.deepEqual((await readTwiml(await line.post(action, { ...call, Digits: "1" }))).said, [
    "This is sales.",
  ]);
});

Deno.test("A number without a menu, and a menu without a published version, are apologised for", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const { data } = await tenant.db.from("ivr_menus").insert({
    name: "Draft",
    prompt: "x",
    language: "de-DE",
  }).select("id").single();
  const numbers = { "+15550000001": null, "+15550000002": data?.id };
  for (const [number, menu_id] of Object.entries(numbers)) {
    await tenant.db.from("phone_numbers").insert({
      connection_id: line.connectionId,
      number,
      menu_id,
    });
    await assertApology(
      stack,
      "menu_not_published",
      () => line.post(line.urls.voice, incomingCall({ number })),
    );
  }
});

Deno.test("The apology is in the language of the menu that the caller hears", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  await tenant.db.from("ivr_menus").update({ language: "fr-CA" }).eq("key", "main");
  await tenant.db.rpc("publish_ivr_menu", { p_menu_id: line.menuId });
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  await assertApology(
    stack,
    "invalid_digits",
    () => line.post(action, { ...call, Digits: "?" }),
    "Nous sommes désolés, cet appel ne peut pas être poursuivi. Veuillez réessayer plus tard.",
  );
});

Deno.test("A turn after the hang-up changes nothing", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  await (await line.post(line.urls.status, {
    ...call,
    CallStatus: "completed",
    SequenceNumber: "1",
  })).body?.cancel();
  await assertApology(stack, "session_ended", () => line.post(action, { ...call, Digits: "1" }));
});

Deno.test("A connection that names its account answers no other, and one that is switched off nobody", async () => {
  await using stack = await testStack();
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  await stack.database.exec("update public.phone_connections set account_sid = 'AC1'");
  await assertApology(stack, "forbidden", () => line.post(line.urls.voice, incomingCall(line)));
  await assertProblem(
    stack,
    "forbidden",
    () => line.post(line.urls.status, incomingCall(line, { CallStatus: "completed" })),
  );
  const { AccountSid: _, ...unnamed } = incomingCall(line);
  const answered = await readTwiml(await line.post(line.urls.voice, unnamed));
  assert.deepEqual(
    answered.said,
    ["This is main."],
    "a request that names no account names no other",
  );
  await tenant.db.from("phone_connections").update({ enabled: false }).eq("id", line.connectionId);
  await assertProblem(
    stack,
    "unknown_connection",
    () => line.post(line.urls.voice, incomingCall(line)),
  );
});

Deno.test("A published document that cannot be read is an apology, not silence", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  await stack.database.exec(
    `alter table public.ivr_menu_versions disable trigger user; update public.ivr_menu_versions set document = '{"root": 1}'`,
  );
  await assertApology(stack, "invalid_menu", () => line.post(line.urls.voice, incomingCall(line)));
});

Deno.test("Any single changed byte of URL, parameter or signature is a 403, and no row changes", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const before = await allRows(stack);
  const genuine = twilioRequest(action, { ...call, Digits: "1" }, line.authToken);
  const body = await genuine.clone().text();
  const signature = genuine.headers.get("x-twilio-signature") ?? "";
  const send = (url: string, text: string, sign: string) =>
    fetch(url, {
      method: "POST",
      body: text,
      headers: { "x-twilio-signature": sign, "content-type": "application/x-www-form-urlencoded" },
    });
  const altered = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

  const query = action.indexOf("?") + 1;
  const requests: (() => Promise<Response>)[] = [
    ...Array.from(signature, (_, at) => () => send(action, body, altered(signature, at))),
    ...Array.from(body, (_, at) => () => send(action, altered(body, at), signature)),
    ...Array.from(
      action.slice(query),
      (_, at) => () => send(altered(action, query + at), body, signature),
    ),
    () => send(`${action}&x=1`, body, signature),
    () => send(action, `${body}&x=1`, signature),
    () => send(action, body, ""),
  ];
  for (const request of requests) {
    assert.equal(await readProblem(await request()), "invalid_signature");
  }
  assert.equal(await allRows(stack), before);
  // The same request unchanged is accepted, so that it was the change that was refused.
  assert.deepEqual((await readTwiml(await send(action, body, signature))).said, ["This is sales."]);
});

Deno.test("What was signed for another connection, another tenant or by nobody is refused", async () => {
  await using stack = await testStack();
  const [mine, theirs] = [await lineOn(stack), await lineOn(stack)];
  const call = incomingCall(theirs);
  await assertProblem(
    stack,
    "invalid_signature",
    () => fetch(twilioRequest(theirs.urls.voice, call, mine.authToken)),
  );
  await assertProblem(
    stack,
    "invalid_signature",
    () =>
      fetch(
        twilioRequest(theirs.urls.status, { ...call, CallStatus: "completed" }, mine.authToken),
      ),
  );
  const unknown = theirs.urls.voice.replace(theirs.connectionId, crypto.randomUUID());
  await assertProblem(stack, "unknown_connection", () => theirs.post(unknown, call));
});

Deno.test("A stranger is told by problem documents what the request itself lacks", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const signed = twilioRequest(line.urls.voice, incomingCall(line), line.authToken);
  const headers = { "x-twilio-signature": signed.headers.get("x-twilio-signature") ?? "" };
  await assertProblem(
    stack,
    "unsupported_media_type",
    () =>
      fetch(line.urls.voice, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: "{}",
      }),
  );
  await assertProblem(
    stack,
    "unsupported_media_type",
    () => fetch(line.urls.voice, { method: "POST", headers }),
  );
  await assertProblem(
    stack,
    "payload_too_large",
    () => line.post(line.urls.voice, incomingCall(line, { Pad: "x".repeat(70_000) })),
  );
  await assertProblem(stack, "method_not_allowed", () => fetch(line.urls.voice));
  await assertProblem(
    stack,
    "not_found",
    () => line.post(line.urls.voice.replace(line.connectionId, "not-a-uuid"), {}),
  );
  await assertProblem(
    stack,
    "not_found",
    () => line.post(line.urls.voice.replace("/twilio/", "/carrier-pigeon/"), {}),
  );
  await assertProblem(stack, "not_found", () => line.post(`${line.urls.voice}/more`, {}));
});

Deno.test("While the database is down a known caller hears an apology, a stranger gets a 503, and the call goes on afterwards", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  const environment = (url: string) => ({
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secrets.secret_key }),
    SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(stack.secrets.encryption_keys),
    SWITCHBOARD_PUBLIC_URL: `${stack.url}/functions/v1`,
  });
  // A port that was just free: nothing listens there.
  const nowhere = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  nowhere.close();
  setEnvironment(environment(`http://127.0.0.1:${nowhere.addr.port}`));
  await assertApology(
    stack,
    "database_unavailable",
    () => line.post(action, { ...call, Digits: "1" }),
  );
  await assertProblem(
    stack,
    "invalid_signature",
    () => fetch(twilioRequest(action, call, "another token")),
  );
  const unknown = line.urls.voice.replace(line.connectionId, crypto.randomUUID());
  await assertProblem(stack, "database_unavailable", () => line.post(unknown, call));
  await assertProblem(
    stack,
    "database_unavailable",
    () => line.post(line.urls.status, { ...call, CallStatus: "completed" }),
  );

  setEnvironment(environment(stack.url));
  assert.deepEqual((await readTwiml(await line.post(action, { ...call, Digits: "1" }))).said, [
    "This is sales.",
  ]);
});

Deno.test("Without the keyring that sealed a secret the route is closed", async () => {
  await using stack = await testStack();
  const line = await lineOn(stack);
  const environment = {
    SUPABASE_URL: stack.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.secrets.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secrets.secret_key }),
  };
  const keys = JSON.stringify({ active: "k9", keys: { k9: btoa("z".repeat(32)) } });
  for (const keyring of ["", keys]) {
    setEnvironment({ ...environment, SWITCHBOARD_ENCRYPTION_KEYS: keyring });
    await assertProblem(
      stack,
      "not_configured",
      () => line.post(line.urls.voice, incomingCall(line)),
    );
  }
});

Deno.test("No secret, token or caller's number is in any log line or row of a call", async () => {
  await using stack = await testStack();
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  const tenant = await stack.newTenant();
  const line = await newLine(stack.url, tenant);
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  await readTwiml(await line.post(action, { ...call, Digits: "1" }));
  await readTwiml(await line.post(action, { ...call, Digits: "?" }));
  const log = lines.join("\n");
  assert.ok(lines.length >= 5);
  for (
    const secret of [
      line.authToken,
      tenant.jwt,
      stack.secrets.secret_key,
      new URL(action).searchParams.get("token") ?? "",
      "+15550100123",
      line.number,
    ]
  ) {
    assert.ok(!log.includes(secret), `The log holds ${secret}`);
  }
  const tables = await stack.database.query(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind = 'r'`,
  );
  for (const { name } of tables) {
    const text = JSON.stringify(await stack.database.query(`select t::text as row from ${name} t`));
    assert.ok(!text.includes(line.authToken), `${name} holds the auth token in clear`);
  }
});
