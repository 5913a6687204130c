import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isSecret, newSecret, sign } from "#shared/webhooks/signature.ts";
import { isVerified } from "#tests/support/verifiers.ts";

const BODY = '{"type":"call.started","data":{"name":"Zoë ☎ 通話"}}';

const now = () => Math.floor(Date.now() / 1_000);

Deno.test("receivers verify what is signed, before, during and after a rotation", () => {
  const [before, after] = [newSecret(), newSecret()];
  const signed = (...secrets: string[]) => sign({ id: "1", timestamp: now(), body: BODY }, secrets);
  assert.equal(isVerified(signed(before), BODY, before), true);
  assert.equal(isVerified(signed(before), BODY, after), false);
  assert.equal(isVerified(signed(after, before), BODY, before), true);
  assert.equal(isVerified(signed(after, before), BODY, after), true);
  assert.equal(isVerified(signed(after), BODY, after), true);
  assert.equal(isVerified(signed(after), BODY, before), false);
});

Deno.test("receivers refuse what was changed on its way, and what is old", () => {
  const secret = newSecret();
  const headers = sign({ id: "1", timestamp: now(), body: BODY }, [secret]);
  assert.equal(isVerified(headers, `${BODY} `, secret), false);
  assert.equal(isVerified({ ...headers, "webhook-id": "2" }, BODY, secret), false);
  const other = { ...headers, "webhook-timestamp": String(now() - 1) };
  assert.equal(isVerified(other, BODY, secret), false);
  const old = sign({ id: "1", timestamp: now() - 600, body: BODY }, [secret]);
  assert.equal(isVerified(old, BODY, secret), false);
});

Deno.test("the signature is the one of the specification's example", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"test": 2432232314}';
  const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body };
  assert.deepEqual(sign(message, [secret]), {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

Deno.test("a secret is whsec_ and the base64 of 24 to 64 bytes", () => {
  const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;
  assert.match(newSecret(), /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(newSecret(), newSecret());
  for (const bytes of [24, 25, 32, 63, 64]) assert.equal(isSecret(secretOf(bytes)), true);
  const refused = [
    "",
    "whsec_",
    secretOf(23),
    secretOf(65),
    secretOf(32).slice("whsec_".length),
    secretOf(32).replace("whsec_", "WHSEC_"),
    `${secretOf(32)}\n`,
    secretOf(32).replace("B", "!"),
    secretOf(32).replace("=", ""),
  ];
  for (const secret of refused) assert.equal(isSecret(secret), false, secret);
});

Deno.test("nothing is signed without a secret, and a bad one is not repeated", () => {
  const message = { id: "1", timestamp: 1, body: "{}" };
  assert.throws(() => sign(message, []), /no secret/);
  assert.throws(
    () => sign(message, [newSecret(), "whsec_hunter2"]),
    (error: Error) => !error.message.includes("hunter2"),
  );
});
