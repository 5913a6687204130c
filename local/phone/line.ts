import { Provider } from "./dialects.ts";
import type { Line } from "./place_call.ts";
import { type StackDetails, StackFileError } from "./stack_file.ts";

/**
 * The line to a stack's demo number.
 *
 * @throws {StackFileError} if the stack's demo connection is of a provider that this phone cannot stand in for
 */
export function lineTo(stack: Pick<StackDetails, "url" | "public_url" | "demo">): Line {
  const { url, public_url: publicUrl, demo } = stack;
  const provider = Provider.safeParse(demo.provider);
  if (!provider.success) {
    throw new StackFileError(`This phone cannot stand in for ${demo.provider}`);
  }
  return {
    url,
    provider: provider.data,
    connectionId: demo.connection_id,
    authToken: demo.auth_token,
    to: demo.number,
    publicUrl,
  };
}
