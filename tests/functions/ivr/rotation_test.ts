import assert from "node:assert/strict";
import { faults } from "#tests/support/key_holder.ts";
import {
  incomingCall,
  newLine,
  type PhoneLine,
  readProblem,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";
import { type TestStack, testStack } from "#tests/support/stack.ts";
import { as } from "#tests/support/webhook_owner.ts";

/** What a call comes to whose requests are signed with a secret. */
async function calling(line: PhoneLine, secret: string): Promise<string> {
  const response = await fetch(twilioRequest(line.urls.voice, incomingCall(line), secret));
  if (response.status !== 200) return await readProblem(response);
  const { said } = await readTwiml(response);
  return said.join(" ");
}

async function lineOn(stack: TestStack) {
  const owner = await stack.newTenant();
  const line = await newLine(stack.url, owner);
  const rotate = (body: object) =>
    as(owner).post(stack, `/ivr/connections/${line.connectionId}/rotate-secret`, body);
  return { owner, line, rotate };
}

const [HEARD, REFUSED] = ["This is main.", "invalid_signature"];

Deno.test("Requests signed with either secret are answered until the overlap ends, then those with the new one", async () => {
  await using stack = await testStack();
  const { line, rotate } = await lineOn(stack);
  const [old, fresh] = [line.authToken, SIGNING_SECRETS.twilio()];
  const heard = async () => [await calling(line, old), await calling(line, fresh)];
  assert.deepEqual(await heard(), [HEARD, REFUSED]);

  const { status, body } = await rotate({ auth_token: fresh, overlap_hours: 1 });
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(!JSON.stringify(body).includes(fresh));
  assert.deepEqual(await heard(), [HEARD, HEARD]);

  await stack.database.query(
    "update private.credentials set expires_at = now() where expires_at is not null",
  );
  assert.deepEqual(await heard(), [REFUSED, HEARD]);
});

Deno.test("A call that began under the old secret goes on under the new one", async () => {
  await using stack = await testStack();
  const { line, rotate } = await lineOn(stack);
  const fresh = SIGNING_SECRETS.twilio();
  const call = incomingCall(line);
  const { action } = await readTwiml(await line.post(line.urls.voice, call));
  assert.equal((await rotate({ auth_token: fresh })).status, 200);
  const next = await fetch(twilioRequest(action, { ...call, Digits: "1" }, fresh));
  assert.deepEqual((await readTwiml(next)).said, ["This is sales."]);
});

Deno.test("Without an overlap the old secret is refused at once", async () => {
  await using stack = await testStack();
  const { line, rotate } = await lineOn(stack);
  const [first, second] = [SIGNING_SECRETS.twilio(), SIGNING_SECRETS.twilio()];
  assert.equal((await rotate({ auth_token: first, overlap_hours: 24 })).status, 200);
  assert.equal((await rotate({ auth_token: second, overlap_hours: 0 })).status, 200);
  const secrets = [line.authToken, first, second];
  const heard = [];
  for (const secret of secrets) heard.push(await calling(line, secret));
  assert.deepEqual(heard, [REFUSED, REFUSED, HEARD]);
});

Deno.test("A rotation that is sent twice ends no secret that the provider still signs with", async () => {
  await using stack = await testStack();
  const { line, rotate } = await lineOn(stack);
  const body = { auth_token: SIGNING_SECRETS.twilio(), overlap_hours: 24 };
  const replies = [await rotate(body), await rotate(body)];
  assert.deepEqual(replies.map(({ status }) => status), [200, 409]);
  assert.deepEqual(replies.flatMap(faults), ["overlap_hours"]);
  assert.equal(await calling(line, line.authToken), HEARD);
});

Deno.test("A rotation that cannot be meant changes nothing", async () => {
  await using stack = await testStack();
  const { line, rotate } = await lineOn(stack);
  const auth_token = SIGNING_SECRETS.twilio();
  const cases: [object, string][] = [
    [{}, "auth_token"],
    [{ auth_token: "short" }, "auth_token"],
    [{ auth_token: SIGNING_SECRETS.telnyx() }, "auth_token"],
    [{ auth_token, overlap_hours: -1 }, "overlap_hours"],
    [{ auth_token, overlap_hours: 169 }, "overlap_hours"],
    [{ auth_token, overlap_hours: 1.5 }, "overlap_hours"],
    [{ auth_token, overlap: 1 }, "overlap"],
  ];
  for (const [body, path] of cases) {
    const reply = await rotate(body);
    assert.deepEqual([reply.status, ...faults(reply)], [422, path], JSON.stringify(body));
  }
  assert.equal(await calling(line, line.authToken), HEARD);
});
