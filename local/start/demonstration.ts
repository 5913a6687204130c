import { formatEntry, lineTo, placeCall, scriptedCaller, type Transcript } from "../phone/mod.ts";
import type { Demo } from "../demo.ts";

/** To support, and there to a person. */
const DIGITS = ["2", "1"];

/** Where and how the demonstration call is placed. */
export interface Demonstration {
  readonly url: string;
  /** The base under which the stack knows its functions, if that is not at its URL. */
  readonly publicUrl: string | undefined;
  readonly demo: Demo;
  readonly write: (text: string) => void;
}

/** Calls the demo number as its provider would, printing what the caller hears and presses. */
export function demonstrate({ url, publicUrl, demo, write }: Demonstration): Promise<Transcript> {
  return placeCall({
    line: lineTo({ url, public_url: publicUrl, demo }),
    caller: scriptedCaller(DIGITS),
    onEntry(entry) {
      const line = formatEntry(entry);
      if (line !== undefined) write(`${line.replace(/^/gm, "  ")}\n`);
    },
  });
}
