import { awaitCallout, type CalloutResult } from "./callout.ts";
import { afterFailure, choose, noteItem, type Scene, sendTo } from "./choices.ts";
import { limitOf } from "./legs.ts";
import type { Menu } from "./menu.ts";
import type { Outcome, Step } from "./outcome.ts";
import type { CalloutPending, SessionState } from "./session.ts";

/** Goes on with the answer from outside, waits for it, or does without. */
export function afterCallout(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  pending: CalloutPending,
): Step {
  const { callout } = scene.circumstances;
  const result = callout?.result ?? { kind: "failed" };
  return awaitCallout(menu, session, pending, callout) ??
    goOn(scene, menu, { ...session, pending: null }, pending, result);
}

function goOn(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  { choice, then, final }: CalloutPending,
  result: CalloutResult,
): Step {
  switch (choice.action) {
    case "webhook":
      return (result.kind === "item"
        ? take(scene, menu, session, result.place, "answered")
        : null) ??
        take(scene, menu, session, choice.fallback, "unanswered") ??
        afterFailure(menu, session, "unanswered", { phrase: "unavailable", final });
    case "agent": {
      if (result.kind !== "registered") {
        return afterFailure(menu, session, "not_connected", { final });
      }
      // Retell's own registrar, for five minutes (https://docs.retellai.com/deploy/custom-telephony).
      const uri = `sip:${result.call_id}@sip.retellai.com;transport=tcp`;
      const dial = { kind: "dial_sip", uri, ...limitOf(scene) } as const;
      return sendTo({ kind: "connection", then, final }, session, [dial], "answered");
    }
  }
}

/** Takes the item at a place of the menu; null where there is none that leads on. */
function take(
  scene: Scene,
  menu: Menu,
  session: SessionState,
  place: number | null,
  outcome: Outcome,
): Step | null {
  const item = place === null ? undefined : menu.items[place];
  // One that asks again could ask for ever, without a key press.
  if (item === undefined || item.action === "webhook") return null;
  return noteItem(choose(scene, item, session, outcome), menu, item);
}
