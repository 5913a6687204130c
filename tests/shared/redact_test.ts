import assert from "node:assert/strict";
import { maskPhoneNumber, redact } from "#shared/redact.ts";
import { signUserToken } from "#tests/support/user_token.ts";

Deno.test("redact hides every kind of key and token in the middle of a text", async (t) => {
  const secrets: Record<string, string> = {
    "a Switchboard key": "vx_3kTMd8GhW2zQpLr7YvNcXfB1sJ4uEa9oH0iRxS",
    "a project's secret key": "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    "a signing secret": "whsec_MfKQ9r8GKYqr+wjUPD8/LPZIo2LaLaSwAA==",
    "a JWT": await signUserToken(),
    "a JWE": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXZpdml2aXZpdml2.Y2lwaGVydGV4dA.dGFn",
    "a JWT cut short": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9",
  };
  for (const [name, secret] of Object.entries(secrets)) {
    await t.step(name, () => {
      assert.equal(redact(`before ${secret} after`), "before [redacted] after");
      assert.equal(redact(`{"k":"${secret}"}`), '{"k":"[redacted]"}');
    });
  }
});

Deno.test("redact hides credentials in headers and URLs and keeps what surrounds them", () => {
  assert.equal(redact("authorization: Bearer abcdef.123"), "authorization: Bearer [redacted]");
  assert.equal(redact("Basic dXNlcjpwYXNz, then"), "Basic [redacted], then");
  assert.equal(
    redact("postgres://user:pass@db.example:5432/postgres"),
    "postgres://[redacted]@db.example:5432/postgres",
  );
  assert.equal(
    redact("POST /ivr/turn?token=3.Zm9v&x=1"),
    "POST /ivr/turn?token=[redacted]&x=1",
  );
});

Deno.test("redact hides what stands in a field for secrets, whatever it looks like", () => {
  const hidden = { authorization: "x", apikey: "x", "x-api-key": "x", auth_token: "x" };
  const more = { client_secret: { nested: 1 }, Password: 7, "x-twilio-signature": "x" };
  for (const [name, value] of Object.entries(redact({ ...hidden, ...more }) ?? {})) {
    assert.equal(value, "[redacted]", name);
  }
  assert.deepEqual(redact({ token: undefined, secret: null }), { token: undefined, secret: null });
});

Deno.test("redact masks telephone numbers as people and providers write them", () => {
  assert.equal(redact("+15550100123"), "***23");
  assert.equal(redact("call from +1 (555) 010-0123 ended"), "call from ***23 ended");
  assert.equal(redact("555-010-0123"), "***23");
  assert.equal(redact("(555) 010 0123"), "***23");
  assert.equal(redact("sip:+15550100123@sip.example.com"), "sip:***23@sip.example.com");
  assert.equal(redact("4915112345678"), "***78");
});

Deno.test("redact hides the values of a row in the details of a database error", () => {
  assert.equal(
    redact("Key (user_id, name)=(7d3b8f0e, Main menu) already exists."),
    "Key (user_id, name)=([redacted]) already exists.",
  );
  assert.equal(
    redact("Failing row contains (7d3b8f0e, Main menu, (nested), a long prompt)."),
    "Failing row contains ([redacted])",
  );
});

Deno.test("redact leaves ids, times and amounts alone", () => {
  for (
    const text of [
      "12345678-1234-4234-8234-123456789012",
      "2026-11-20T10:00:00.123+00:00",
      "2026-11-20",
      "20261120000700_ivr_turns.sql",
      "CA0123456789abcdef0123456789abcdef",
      "https://db.example.com:54321/rest/v1",
      "took 12345 ms",
      "1.5 of 262144 bytes",
    ]
  ) assert.equal(redact(text), text);
  assert.deepEqual(redact({ duration_ms: 12.5, at: 1_800_000_000_000, ok: true, none: null }), {
    duration_ms: 12.5,
    at: 1_800_000_000_000,
    ok: true,
    none: null,
  });
});

Deno.test("redact clips long texts and says how long they were", () => {
  const body = redact("word ".repeat(1_000));
  assert(typeof body === "string" && body.length < 1_100);
  assert.match(body, /… \(5000 characters\)$/);
});

Deno.test("redact hides a key that the clipping would cut in two", () => {
  const text = redact(`${"x ".repeat(490)}vx_3kTMd8GhW2zQpLr7YvNcXfB1sJ4uEa9oH0iRxS and more`);
  assert(typeof text === "string" && !text.includes("3kTMd8"), String(text));
});

Deno.test("redact takes errors apart with their causes", () => {
  const cause = Object.assign(new Error("Bearer abcdef.123456"), { code: "23505" });
  const copy = redact(new TypeError("calling +15550100123", { cause }));
  assert(typeof copy === "object" && copy !== null && "at" in copy && "cause" in copy);
  assert.deepEqual({ ...copy, at: [], cause: null }, {
    name: "TypeError",
    message: "calling ***23",
    code: undefined,
    at: [],
    cause: null,
  });
  assert.match(JSON.stringify(copy.cause), /"message":"Bearer \[redacted\]","code":"23505"/);
  assert.match(JSON.stringify(copy.at), /redact_test/);
});

Deno.test("redact is bounded and ends on cycles, depth and width", () => {
  const circle: Record<string, unknown> = { name: "circle" };
  circle.self = circle;
  assert.deepEqual(redact(circle), { name: "circle", self: "[circular]" });

  let deep: unknown = "end";
  for (let level = 0; level < 100; level++) deep = { deep };
  assert(JSON.stringify(redact(deep)).length < 200);

  const wide = Array.from({ length: 100_000 }, (_, index) => ({ index }));
  assert(JSON.stringify(redact(wide)).length < 20_000);

  const texts = Array.from({ length: 50 }, () => Array(50).fill("x".repeat(1_000)));
  assert(JSON.stringify(redact(texts)).length < 600_000);

  const shared = { value: 1 };
  assert.deepEqual(redact([shared, shared]), [{ value: 1 }, { value: 1 }]);
});

Deno.test("redact says how many bytes there were instead of repeating them", () => {
  assert.deepEqual(redact({ body: new Uint8Array(3), big: 1n, at: new Date(0) }), {
    body: "[3 bytes]",
    big: "1",
    at: "1970-01-01T00:00:00.000Z",
  });
});

Deno.test("maskPhoneNumber keeps the last two digits", () => {
  assert.equal(maskPhoneNumber("+15550100123"), "***23");
  assert.equal(maskPhoneNumber("anonymous"), "***");
});
