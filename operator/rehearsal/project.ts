import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import { callFunction, type Functions } from "#local/gateway/functions.ts";
import type { Stack } from "#local/stack.ts";
import { rawUrl, withUrl } from "#shared/http/raw_url.ts";

/** A stand-in for a hosted project: its API, with keys that are nobody's secret but its own. */
export interface Project extends AsyncDisposable {
  readonly url: string;
  /** `SUPABASE_JWKS`: what its users' tokens are verified with. */
  readonly jwks: string;
  /** `SWITCHBOARD_SIGNING_KEY`: a private key that it trusts beside its own. */
  readonly signingKey: string;
  /** Answers for these functions from now on. */
  deploy(functions: Functions): void;
  /** A token as a user's app has it, for an hour. */
  signIn(userId: string): Promise<string>;
}

/** A key pair, by its two halves. */
interface Pair {
  readonly key: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
  readonly secret: JWK;
  readonly open: JWK;
}

/**
 * Starts a project over a stack. A hosted project signs its users' tokens with a private key and
 * publishes the other half, where the stack shares one secret: tokens are translated on their way.
 */
export async function startProject(stack: Stack): Promise<Project> {
  const [own, ours] = [await newPair("own"), await newPair("switchboard")];
  const open = new Map([own, ours].map((pair) => [pair.open.kid, pair.open]));
  const shared = new TextEncoder().encode(stack.secrets.jwt_secret);
  let functions: Functions = new Map();

  /** The request with a token that the stack knows, if the project trusts the one that it has. */
  async function translated(request: Request): Promise<Request> {
    const [, token] = /^bearer (ey.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (token === undefined) return request;
    const { payload } = await jwtVerify(token, ({ kid }) => {
      const key = open.get(kid);
      if (key === undefined) throw new Error(`The project has no key ${kid}`);
      return key;
    }, { algorithms: ["ES256"] });
    const known = await new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).sign(shared);
    const moved = withUrl(request, request.url);
    moved.headers.set("authorization", `Bearer ${known}`);
    return moved;
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request, { remoteAddr }) => {
      const url = rawUrl(request.url);
      if (url.path.startsWith("/functions/v1/")) {
        const forwarded = withUrl(request, request.url);
        forwarded.headers.append("x-forwarded-for", remoteAddr.hostname);
        return await callFunction(functions, forwarded, url);
      }
      try {
        return await stack.fetch(await translated(request));
      } catch {
        return Response.json({ message: "JWSError" }, { status: 401 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    jwks: JSON.stringify({ keys: [...open.values()] }),
    signingKey: JSON.stringify(ours.secret),
    deploy(next) {
      functions = next;
    },
    signIn: (userId) =>
      new SignJWT({ role: "authenticated", session_id: crypto.randomUUID() })
        .setProtectedHeader({ alg: "ES256", kid: "own", typ: "JWT" })
        .setSubject(userId)
        .setAudience("authenticated")
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(own.key),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function newPair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const about = { kid, alg: "ES256", use: "sig" };
  return {
    key: privateKey,
    secret: { ...await exportJWK(privateKey), ...about },
    open: { ...await exportJWK(publicKey), ...about },
  };
}
