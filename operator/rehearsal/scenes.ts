import type { Scene } from "./scene.ts";
import { apiKey } from "./scenes/api_key.ts";
import { call } from "./scenes/call.ts";
import { guard } from "./scenes/guard.ts";
import { ready } from "./scenes/ready.ts";
import { retell } from "./scenes/retell.ts";
import { webhook } from "./scenes/webhook.ts";

/** All that a deployment must be able to do. */
export const SCENES: readonly Scene[] = [ready, call, apiKey, retell, guard, webhook];
