/** Names under which it stands what was said in a call, at any depth of an event's data. */
const TELLING = new Set([
  "transcript",
  "transcript_object",
  "transcript_with_tool_calls",
  "summary",
  "call_summary",
  "call_analysis",
  "sentiment",
  "user_sentiment",
  "recording_url",
]);

/** Types that are about nothing else, and what they may say beside it. */
const TELLING_TYPES: ReadonlySet<string> = new Set(["call.analyzed", "conversation.updated"]);
const HARMLESS = new Set(["call_id", "conversation_id", "retell_call_id", "cost"]);

/** Data of an event. */
export type EventData = Readonly<Record<string, unknown>>;

/** Data in two parts: what anybody who sees the database may know, and what is to be sealed. */
export interface Divided {
  readonly open: EventData;
  readonly hidden: EventData;
}

/**
 * Divides an event's data: each member that tells what was said in a call, at whatever depth, is
 * hidden whole. The database has the same rule (`private.carries_health_data`).
 */
export function divide(type: string, data: EventData): Divided {
  const entries = Object.entries(data);
  const tells = ([name, value]: [string, unknown]) =>
    TELLING.has(name) || tellsWithin(value) || (TELLING_TYPES.has(type) && !HARMLESS.has(name));
  return {
    open: Object.fromEntries(entries.filter((entry) => !tells(entry))),
    hidden: Object.fromEntries(entries.filter(tells)),
  };
}

/** Walks without recursion: nobody may exhaust the stack with nested data. */
function tellsWithin(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    for (const [name, member] of Object.entries(next)) {
      if (TELLING.has(name)) return true;
      left.push(member);
    }
  }
  return false;
}
