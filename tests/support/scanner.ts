import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key of a secret scanner: the private half signs, the public one is published. */
export interface ScannerKey {
  readonly id: string;
  readonly pem: string;
  sign(body: string): string;
}

/** Makes a key as GitHub has them, or on another curve, which must not be believed. */
export function newScannerKey(id: string, namedCurve = "P-256"): ScannerKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  return {
    id,
    pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: (body) => signBody(body, privateKey),
  };
}

function signBody(body: string, key: KeyObject): string {
  return sign("sha256", new TextEncoder().encode(body), { key, dsaEncoding: "der" })
    .toString("base64");
}

/** The headers of a signed report. */
export function signatureHeaders(key: ScannerKey, body: string): Record<string, string> {
  return {
    "github-public-key-identifier": key.id,
    "github-public-key-signature": key.sign(body),
  };
}

/** A stand-in for the URL at which a scanner publishes its keys. */
export interface KeyServer extends AsyncDisposable {
  readonly url: string;
  /** What is published now; null is a server that fails. */
  keys: readonly Pick<ScannerKey, "id" | "pem">[] | null;
  /** How often it was asked. */
  asked: number;
}

/** Starts a {@linkcode KeyServer} on a port of this machine. */
export function startKeyServer(keys: KeyServer["keys"]): KeyServer {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    published.asked++;
    if (published.keys === null) return new Response("Bad gateway", { status: 502 });
    return Response.json({
      public_keys: published.keys.map(({ id, pem }) => ({
        key_identifier: id,
        key: pem,
        is_current: true,
      })),
    });
  });
  const published: KeyServer = {
    url: `http://127.0.0.1:${server.addr.port}/meta/public_keys/secret_scanning`,
    keys,
    asked: 0,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return published;
}
