import { isProvider } from "./dialects.ts";
import type { Line } from "./place_call.ts";
import { type StackDetails, StackFileError } from "./stack_file.ts";

/**
 * The line to a stack's demo number.
 *
 * @throws {StackFileError} if the stack's demo connection is of a provider that this phone cannot stand in for
 */
export function lineTo({ url, demo }: Pick<StackDetails, "url" | "demo">): Line {
  if (!isProvider(demo.provider)) {
    throw new StackFileError(`This phone cannot stand in for ${demo.provider}`);
  }
  return {
    url,
    provider: demo.provider,
    connectionId: demo.connection_id,
    authToken: demo.auth_token,
    to: demo.number,
  };
}
