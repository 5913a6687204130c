import { Provider } from "./dialects.ts";
import { type StackDetails, StackFileError } from "./stack_file.ts";

/** A number to dial and what it takes to be believed as its provider. */
export interface Line {
  /** Where the stack listens, without a path. */
  url: string;
  provider: Provider;
  connectionId: string;
  /** What the provider shares with its customer; requests are signed with it. */
  authToken: string;
  /** The number dialled. */
  to: string;
  /** The account that the requests name; one of the phone's own if undefined. */
  accountId?: string | undefined;
  /**
   * The base under which the stack knows its functions, if that is not `<url>/functions/v1`: requests
   * are signed for it, but sent to `url`.
   */
  publicUrl?: string | undefined;
}

/**
 * The line to a stack's demo number.
 *
 * @throws {StackFileError} if the stack has no demo tenant, or one of a provider that this phone cannot
 * stand in for
 */
export function lineTo(stack: Pick<StackDetails, "url" | "public_url" | "demo">): Line {
  const { url, public_url: publicUrl, demo } = stack;
  if (demo === undefined) {
    throw new StackFileError(
      "This stack has no demo number to dial; name one with --connection, --auth-token and --to",
    );
  }
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
