import assert from "node:assert/strict";
import { parseDestination } from "#shared/webhooks/destination.ts";
import { DeliveryFault, type FaultCode } from "#shared/webhooks/fault.ts";
import { resolveDestination } from "#shared/webhooks/resolve.ts";

const HOSTED = { allowLoopback: false };
const LOCAL = { allowLoopback: true };

const ALLOWED = [
  "https://example.com",
  "https://hooks.example.com/in?key=1&x=%00",
  "HTTPS://Hooks.Example.COM/",
  "https://example.com:8443/in",
  "https://example.com:22/",
  "https://example.com:443/",
  "https://a-b_c.example.com/",
  "https://b\u00fccher.example.com/",
  "https://xn--bcher-kva.example.com/",
  "https://\u4f8b\u3048.\u30c6\u30b9\u30c8.jp/",
  "https://8.8.8.8/in",
  "https://8.8.8.8:8443/in",
  "https://[2606:4700:4700::1111]/in",
  "https://[2606:4700:4700:0:0:0:0:1111]:8443/in",
  "https://127.0.0.1.example.com/",
  "https://localhost.example.com/",
  "https://example.com/@user",
  "https://example.com/?next=http://169.254.169.254/",
  "https://example.com?@127.0.0.1",
];

const INVALID: Readonly<Record<string, readonly string[]>> = {
  "is no URL": [
    "",
    "example.com",
    "//example.com/",
    "/in",
    "https:",
    "https://",
    "https:///example.com/",
    "https:/example.com/",
    "https:example.com",
    "https://?x",
    "https://:443/",
    "https://example.com:70000/",
    "https://example.com:x/",
    "https://[::1",
    "https://[example.com]/",
    "https://1.2.3.4.5/",
    "https://256.256.256.256/",
    "https://example.com<script>/",
    "https://exa^mple.com/",
    `https://example.com/${"x".repeat(2_048)}`,
  ],
  "is of another scheme": [
    "http://example.com/",
    "http://8.8.8.8/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ws://example.com/",
    "wss://example.com/",
    "blob:https://example.com/x",
    "view-source:https://example.com/",
    "httpss://example.com/",
  ],
  "has spaces, control characters or backslashes": [
    " https://example.com/",
    "https://example.com/ ",
    "https://exam ple.com/",
    "https://example.com/a b",
    "ht\ntps://example.com/",
    "https://exam\tple.com/",
    "https://example.com\r\n.evil.com/",
    "https://example.com/\0",
    "https://example.com\\@127.0.0.1/",
    "https:\\\\example.com\\",
    "https://127.0.0.1\\.example.com/",
    "https://example.com/\x7f",
  ],
  "has credentials": [
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
    "https://:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com:443@127.0.0.1/",
    "https://127.0.0.1@example.com/",
    "https://user%40example.com@127.0.0.1/",
  ],
  "has a fragment or no port": [
    "https://example.com/#",
    "https://example.com/#x",
    "https://example.com#@127.0.0.1/",
    "https://example.com:0/",
  ],
  "hides its host behind escapes": [
    "https://exa%6dple.com/",
    "https://example%2ecom/",
    "https://example.com%2f.evil.com/",
    "https://%6c%6f%63%61%6c%68%6f%73%74/",
    "https://example.com%00.evil.com/",
  ],
  "has an IPv4 address in another way than four decimal numbers": [
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://134744072/",
    "https://0/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0X7F.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://010.8.8.8/",
    "https://8.8.8.010/",
    "https://8.8.2056/",
    "https://8.526344/",
    "https://127.0.0.1./",
    "https://8.8.8.8./",
    "https://8.8.8.8.:443/",
    "https://127.0.0.0x1/",
    "https://\u2460\u2461\u2466.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://1%32%37.0.0.1/",
    "https://169.254.43518/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0251.0376.0251.0376/",
    "https://2852039166/",
  ],
};

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "has a host that is no global address": [
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/",
    "https://169.254.169.254/latest/meta-data/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::8.8.8.8]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
  ],
  "has a host that is no public name": [
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost:8443/",
    "https://localhost./",
    "https://foo.localhost/",
    "https://localhost.localdomain/",
    "https://intranet/",
    "https://kong/",
    "https://db:5432/",
    "https://metadata/",
    "https://metadata.google.internal/",
    "https://db.internal/",
    "https://printer.local/",
    "https://nas.lan/",
    "https://router.home/",
    "https://router.home.arpa/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://files.corp/",
    "https://x.intranet/",
    "https://x.private/",
    "https://x.test/",
    "https://x.invalid/",
    "https://x.example/",
    "https://x.onion/",
    "https://example.com./",
    "https://example.com../",
    "https://example..com/",
    "https://.example.com/",
    "https://-a.example.com/",
    "https://a-.example.com/",
    "https://*.example.com/",
    "https://a!b.example.com/",
    `https://${"a".repeat(64)}.example.com/`,
    `https://${"a.".repeat(130)}com/`,
  ],
};

function faultOf(url: string, options = HOSTED): FaultCode | undefined {
  try {
    parseDestination(url, options);
    return undefined;
  } catch (error) {
    assert(error instanceof DeliveryFault);
    return error.code;
  }
}

Deno.test("an endpoint may be any public host, on any port", () => {
  for (const url of ALLOWED) assert.equal(faultOf(url), undefined, url);
});

for (const [what, urls] of Object.entries(INVALID)) {
  Deno.test(`a URL is invalid that ${what}`, () => {
    for (const url of urls) {
      assert.equal(faultOf(url), "invalid_url", JSON.stringify(url));
      assert.equal(faultOf(url, LOCAL), "invalid_url", JSON.stringify(url));
    }
  });
}

for (const [what, urls] of Object.entries(REFUSED)) {
  Deno.test(`a URL is refused that ${what}`, () => {
    for (const url of urls) assert.equal(faultOf(url), "refused_address", url);
  });
}

Deno.test("for local work a receiver may be on this machine, over http too", () => {
  const here = ["localhost", "localhost:8443", "127.0.0.1", "127.1.2.3:80", "[::1]:8080"];
  for (const host of here) {
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}/in`;
      assert.equal(parseDestination(url, LOCAL).reach, "loopback", url);
    }
  }
});

Deno.test("for local work too everything else inside is refused", () => {
  const urls = Object.values(REFUSED).flat()
    .filter((url) => !/^https:\/\/(?:localhost|127\.|\[::1\]|\[0:0)/i.test(url));
  for (const url of [...urls, "https://localhost./", "https://[::ffff:127.0.0.1]/"]) {
    assert.equal(faultOf(url, LOCAL), "refused_address", url);
    // Over http such a host is no different.
    const code = faultOf(url.replace("https:", "http:"), LOCAL) ?? "";
    assert.ok(["invalid_url", "refused_address"].includes(code), url);
  }
});

Deno.test("a message repeats neither path nor query", () => {
  for (const url of Object.values({ ...INVALID, ...REFUSED }).flat()) {
    assert.throws(
      () => parseDestination(`${url}path-secret?key=query-secret`, HOSTED),
      (error: Error) => !error.message.includes("secret"),
    );
  }
});

Deno.test("every address of a name must be global", async () => {
  const destination = parseDestination("https://hooks.example.com/", HOSTED);
  const resolved = (...addresses: string[]) =>
    resolveDestination(destination, () => Promise.resolve(addresses));
  assert.deepEqual(await resolved("2606:4700::1", "8.8.8.8", "8.8.8.8"), [
    "8.8.8.8",
    "2606:4700::1",
  ]);
  for (const inside of ["10.0.0.1", "127.0.0.1", "::1", "fe80::1%eth0", "64:ff9b::a00:1", "x"]) {
    await assert.rejects(resolved("8.8.8.8", inside), { code: "refused_address" });
    await assert.rejects(resolved(inside, "8.8.8.8"), { code: "refused_address" });
  }
  await assert.rejects(resolved(), { code: "unresolvable" });
});

Deno.test("an address is not asked about", async () => {
  const ask = () => assert.fail("asked");
  const destination = parseDestination("https://[2606:4700:0::1]/", HOSTED);
  assert.deepEqual(await resolveDestination(destination, ask), ["2606:4700::1"]);
});
