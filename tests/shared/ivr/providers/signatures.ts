import assert from "node:assert/strict";
import type { Provider, ProviderRequest } from "#shared/ivr/providers/provider.ts";
import { altered } from "./support.ts";

/** When the requests of these tests are sent and received. */
export const NOW = new Date("2026-11-21T12:00:00Z");

/** What of a request a provider signs. */
export interface Signed {
  readonly provider: Provider;
  readonly request: ProviderRequest;
  readonly secret: string;
  /** The headers that a signature is made of. */
  readonly headers: readonly string[];
  /** Whether path and query are signed too. */
  readonly url: boolean;
}

/** Changes every character of what is signed, one at a time, and expects each to be refused. */
export function refusesEveryChange({ provider, request, secret, headers, url }: Signed): void {
  const accepts = (changed: Partial<ProviderRequest>) =>
    provider.verify({ ...request, ...changed }, [secret], NOW);
  assert.ok(accepts({}), "The unchanged request is refused");
  for (const name of headers) {
    const value = request.headers.get(name) ?? assert.fail(`No ${name}`);
    for (let at = 0; at < value.length; at++) {
      const changed = new Headers(request.headers);
      changed.set(name, altered(value, at));
      assert.ok(!accepts({ headers: changed }), `${name}, character ${at}`);
    }
    const without = new Headers(request.headers);
    without.delete(name);
    assert.ok(!accepts({ headers: without }), `Without ${name}`);
  }
  for (let at = 0; at < request.body.length; at++) {
    assert.ok(!accepts({ body: altered(request.body, at) }), `body, character ${at}`);
  }
  assert.ok(!accepts({ body: `${request.body}&a=b` }), "A longer body");
  assert.ok(!accepts({ body: request.body.slice(0, -1) }), "A shorter body");
  for (let at = request.url.indexOf("/ivr/"); url && at < request.url.length; at++) {
    assert.ok(!accepts({ url: altered(request.url, at) }), `URL, character ${at}`);
  }
}

/** Any of a connection's live secrets will do, and nothing else. */
export function acceptsLiveSecretsOnly(
  { provider, request, secret }: Signed,
  another: string,
): void {
  const accepts = (secrets: string[]) => provider.verify(request, secrets, NOW);
  assert.ok(accepts([secret]));
  assert.ok(accepts([another, secret]));
  assert.ok(accepts([secret, another]));
  assert.ok(!accepts([another]));
  assert.ok(!accepts([]));
  assert.ok(!accepts([""]));
}

/** Numbers and text from a seed (mulberry32), so that a failure can be repeated. */
export function generator(seed: number) {
  const random = (below: number) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below);
  };
  const alphabet = [..."aZ09 +&=%/?#'\"<>~*é日🎉,;:@!$()[]{}|\\^`\n"];
  const text = (longest = 12) =>
    Array.from({ length: random(longest) }, () => alphabet[random(alphabet.length)]).join("");
  return { random, text };
}
