import { errors, jwtVerify } from "jose";
import { z } from "zod";
import { jsonReply } from "./reply.ts";

/** The roles that a token may act as, as the platform grants them. */
const claims = z.discriminatedUnion("role", [
  z.object({ role: z.literal("authenticated"), aud: z.literal("authenticated") }),
  // The platform's long-lived keys of this form have no audience.
  z.object({ role: z.enum(["anon", "service_role"]) }),
]);

/**
 * Refuses, before Lite sees it, a token that the platform would not have signed or no longer
 * accepts. Lite takes `alg: none` for an anonymous caller, a token without `exp` for one that never
 * expires, and any role that it names, `postgres` included.
 *
 * @returns the refusal, or undefined if the request may go on.
 */
export async function guardToken(
  request: Request,
  secret: Uint8Array,
): Promise<Response | undefined> {
  const header = request.headers.get("authorization");
  const [bearer, token = ""] = /^bearer(?:\s+(.*))?$/i.exec(header ?? "") ?? [];
  // The client library sends its key here too when nobody is signed in.
  if (bearer === undefined || token.startsWith("sb_")) return undefined;
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ["HS256"],
      requiredClaims: ["exp"],
    });
    claims.parse(payload);
    return undefined;
  } catch (error) {
    return error instanceof errors.JWTExpired
      ? refusal("PGRST303", "JWT expired")
      : refusal("PGRST301", "The token was not issued by this project");
  }
}

function refusal(code: string, message: string): Response {
  return jsonReply(401, { code, message, details: null, hint: null }, {
    "www-authenticate": `Bearer error="invalid_token", error_description="${message}"`,
  });
}
