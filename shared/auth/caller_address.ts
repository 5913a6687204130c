import { isIP } from "node:net";
import { env } from "../env.ts";

/**
 * Where a request comes from, as the proxy in front of the functions saw it, or undefined where it
 * does not say so.
 *
 * The header may hold a list to which every proxy adds whom it was asked by. Only the last entry is
 * of the proxy that we stand behind; what precedes it may be the caller's own invention, with which
 * it would choose its address.
 */
export function callerAddress(headers: Headers): string | undefined {
  const last = headers.get(env().addressHeader)?.split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? undefined : last;
}
