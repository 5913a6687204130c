import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { StorageFailure } from "./failure.ts";
import type { Place } from "./objects.ts";

/** The longest that a link may be good for, in seconds. */
const LONGEST_S = 365 * 24 * 3_600 * 10;

/** How long a link is to be good for, in seconds. */
export const expiry = z.int().min(1).max(LONGEST_S);

const claims = z.object({ url: z.string() });

/** Makes and reads the links by which an object can be had without a key. */
export class SignedUrls {
  readonly #secret: Uint8Array;

  constructor(jwtSecret: string) {
    this.#secret = new TextEncoder().encode(jwtSecret);
  }

  /** The link's path below `/storage/v1`, token included. */
  async make(place: Place, expiresIn: number): Promise<string> {
    const url = `${place.bucket}/${place.name}`;
    const token = await new SignJWT({ url })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt()
      .setExpirationTime(`${expiresIn}s`)
      .sign(this.#secret);
    return `/object/sign/${url}?token=${token}`;
  }

  /** @throws {StorageFailure} `InvalidJWT`, or `InvalidSignature` for another object's token. */
  async require(place: Place, token: string): Promise<void> {
    let url: string;
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: ["HS256"],
        requiredClaims: ["exp"],
      });
      url = claims.parse(payload).url;
    } catch (cause) {
      throw new StorageFailure("InvalidJWT", "The link is not valid, or no longer", { cause });
    }
    if (url !== `${place.bucket}/${place.name}`) {
      throw new StorageFailure("InvalidSignature", "The link is for another object");
    }
  }
}
