import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { Buffer } from "node:buffer";

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says, where it is not one that a receiver at `localhost` would have. */
export interface CertificateOptions {
  readonly host?: string;
  readonly expired?: boolean;
  /** Who vouches for it: itself, if not given. */
  readonly authority?: Certificate;
}

const AUTHORITY = "Authority of tests";
const DAY_MS = 86_400_000;

/** Makes an authority that can vouch for others. */
export function newAuthority(): Certificate {
  return build({ subject: AUTHORITY, extensions: [basicConstraints(true)] });
}

/** Makes the certificate of a receiver. */
export function newCertificate(options: CertificateOptions = {}): Certificate {
  const { host = "localhost", expired = false, authority } = options;
  const extensions = [basicConstraints(false), subjectName(host)];
  return build({ subject: host, extensions, expired, authority });
}

interface Contents {
  readonly subject: string;
  readonly extensions: readonly Buffer[];
  readonly expired?: boolean;
  readonly authority?: Certificate | undefined;
}

/** X.509 v3 (RFC 5280) with ECDSA on P-256. */
function build({ subject, extensions, expired = false, authority }: Contents): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer: KeyObject = authority ? createPrivateKey(authority.key) : privateKey;
  const end = Date.now() + (expired ? -DAY_MS : DAY_MS);
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    name(authority ? AUTHORITY : subject),
    sequence(time(end - 3 * DAY_MS), time(end)),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...extensions)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]);
  const der = sequence(body, ECDSA_SHA256, tagged(0x03, signature));
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128
    ? [length]
    : length < 256
    ? [0x81, length]
    : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents);
}

function explicit(number: number, content: Buffer): Buffer {
  return tagged(0xa0 + number, content);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function identifier(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

const ECDSA_SHA256 = sequence(identifier("2a8648ce3d040302"));

function name(common: string): Buffer {
  const attribute = sequence(identifier("550403"), tagged(0x0c, Buffer.from(common)));
  return sequence(tagged(0x31, attribute));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tagged(0x18, Buffer.from(text));
}

function basicConstraints(isAuthority: boolean): Buffer {
  const content = isAuthority ? sequence(tagged(0x01, Buffer.from([255]))) : sequence();
  return sequence(identifier("551d13"), tagged(0x01, Buffer.from([255])), tagged(0x04, content));
}

function subjectName(host: string): Buffer {
  return sequence(
    identifier("551d11"),
    tagged(0x04, sequence(tagged(0x82, Buffer.from(host)))),
  );
}
