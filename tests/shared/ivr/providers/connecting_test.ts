import assert from "node:assert/strict";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { Connecting } from "#shared/ivr/providers/provider.ts";
import { privateKey, SIGNING_SECRETS } from "#tests/support/provider_secrets.ts";

function connecting(provider: ProviderName): Connecting {
  return PROVIDERS[provider].connecting;
}

Deno.test("Every provider takes a secret of its form, and keeps it as it was given", () => {
  for (const provider of PROVIDER_NAMES) {
    const secret = SIGNING_SECRETS[provider]();
    assert.equal(connecting(provider).signingSecret.read(secret), secret);
  }
});

Deno.test("A private key is kept in PKCS #8, and another kind of key is none", () => {
  const form = connecting("vonage").apiSecret ?? assert.fail();
  for (const type of ["pkcs1", "pkcs8"] as const) {
    assert.match(form.read(privateKey(type)) ?? "", /^-----BEGIN PRIVATE KEY-----\n/);
  }
  const windows = privateKey().replaceAll("\n", "\r\n");
  assert.match(form.read(windows) ?? "", /^-----BEGIN PRIVATE KEY-----\n/);
  const elliptic = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----`;
  for (const text of ["", "PT0123456789abcdef", elliptic, elliptic.slice(0, 60)]) {
    assert.equal(form.read(text), null);
  }
});

Deno.test("The providers' pages name every setting of every provider's console", async () => {
  const page = await Deno.readTextFile(
    new URL("../../../../docs/phone-providers.md", import.meta.url),
  );
  const pages = page.slice(page.indexOf("\n## Twilio"), page.indexOf("\n## The day"));
  const bold = new Set(
    [...pages.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = ""]) => name.replace(/\s+/g, " ")),
  );
  for (const provider of PROVIDER_NAMES) {
    const { settings, fallbackSetting } = connecting(provider);
    assert.deepEqual(settings.map(({ url }) => url), ["voice", "status"]);
    for (const name of [...settings.map(({ setting }) => setting), fallbackSetting]) {
      assert.ok(bold.has(name), `${provider}: ${name}`);
    }
  }
});
