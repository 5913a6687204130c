import { RestClient } from "@signalwire/compatibility-api";
import { verifySignature } from "@vonage/jwt";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import plivoSdk from "plivo";
import { TelnyxWebhook } from "telnyx/lib/webhooks";
import type { Fields } from "#local/phone/dialect.ts";
import { plivo } from "#local/phone/dialects/plivo.ts";
import { signalwire } from "#local/phone/dialects/signalwire.ts";
import { telnyx } from "#local/phone/dialects/telnyx.ts";
import { vonage } from "#local/phone/dialects/vonage.ts";
import { CallFailure } from "#local/phone/failure.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

const URLS = [
  "https://example.com/voice",
  "http://127.0.0.1:54321/functions/v1/ivr/x/turn?token=a.b-c_d",
  "https://example.com/voice?b=1&a=2&a=1&c=",
];

const FIELDS: Fields[] = [
  [],
  [["Digits", ""]],
  [["Digits", "1#"], ["CallSid", "CA1"]],
  [["b", "2"], ["a", "1"], ["B", "3"], ["A", "4"], ["_", "5"], ["1", "6"]],
  [["a", "2"], ["a", "3"], ["a", "1"], ["a", "2"]],
  [["CallerName", "Zoë 🙂 Müller\n& Söhne="], ["日本", "語"]],
];

/** The fields as SDKs take them: repeated names become arrays. */
function forSdk(fields: Fields): Record<string, string | string[]> {
  const form = new URLSearchParams(fields.map(([name, value]) => [name, value]));
  return Object.fromEntries([...form.keys()].map((name) => {
    const values = form.getAll(name);
    return [name, values.length === 1 ? values[0] ?? "" : values];
  }));
}

Deno.test("requests in SignalWire's name are those that its SDK accepts", () => {
  for (const url of URLS) {
    for (const fields of FIELDS) {
      const { headers } = signalwire.sign({ url, method: "POST" }, fields, SECRET);
      const signature = headers["x-signalwire-signature"] ?? "";
      assert.ok(RestClient.validateRequest(SECRET, signature, url, forSdk(fields)), url);
    }
  }
});

Deno.test("requests in Plivo's name are those that its SDK accepts", () => {
  for (const url of URLS) {
    for (const fields of FIELDS) {
      const { headers } = plivo.sign({ url, method: "POST" }, fields, SECRET);
      const [signature = "", nonce = ""] = [
        headers["x-plivo-signature-v3"],
        headers["x-plivo-signature-v3-nonce"],
      ];
      const params = forSdk(fields);
      assert.ok(plivoSdk.validateV3Signature("POST", url, nonce, SECRET, signature, params), url);
    }
  }
});

Deno.test("requests in Telnyx's name are those that its SDK accepts", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x = "", d = "" } = privateKey.export({ format: "jwk" });
  const standard = (base64url: string) => Buffer.from(base64url, "base64url").toString("base64");
  const webhook = new TelnyxWebhook(standard(x));
  for (const fields of FIELDS) {
    const { body = "", headers } = telnyx.sign(
      { url: "https://example.com/voice", method: "POST" },
      fields,
      standard(d),
    );
    await webhook.verify(body, headers);
  }
  assert.throws(
    () => telnyx.sign({ url: "https://example.com", method: "POST" }, [], "short"),
    (error) => error instanceof CallFailure && error.code === "bad_secret",
  );
});

Deno.test("requests in Vonage's name are JSON with a token that its SDK accepts", () => {
  const { body, headers } = vonage.sign({ url: "https://example.com", method: "POST" }, [
    ["uuid", "u1"],
    ["dtmf.digits", "12"],
    ["dtmf.timed_out", "false"],
    ["payload", '{"after":"wait"}'],
    ["speech", "null"],
  ], SECRET);
  assert.ok(verifySignature(headers["authorization"]?.replace("Bearer ", "") ?? "", SECRET));
  assert.deepEqual(JSON.parse(body ?? ""), {
    uuid: "u1",
    dtmf: { digits: "12", timed_out: false },
    payload: { after: "wait" },
    speech: null,
  });
});
