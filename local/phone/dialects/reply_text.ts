import type { Reply } from "../dialect.ts";
import { CallFailure } from "../failure.ts";

/** What a provider reads. */
export interface Readable {
  provider: string;
  contentTypes: readonly string[];
  largestKiB: number;
}

/**
 * Decodes a reply.
 *
 * @throws {CallFailure} `bad_content_type`, `too_large`, or `unparsable` where it is not UTF-8
 */
export function replyText(reply: Reply, { provider, contentTypes, largestKiB }: Readable): string {
  const type = reply.contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!contentTypes.includes(type)) {
    throw new CallFailure(
      "bad_content_type",
      `The reply is ${type === "" ? "of no content type" : type}, not ${contentTypes.join(" or ")}`,
    );
  }
  if (reply.body.byteLength > largestKiB * 1024) {
    throw new CallFailure(
      "too_large",
      `The reply is over ${largestKiB} KiB, the most that ${provider} reads`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(reply.body);
  } catch (cause) {
    throw new CallFailure("unparsable", "The reply is not UTF-8", { cause });
  }
}
