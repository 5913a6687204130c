import { z } from "zod";
import type { Dialect } from "./dialect.ts";
import { plivo } from "./dialects/plivo.ts";
import { signalwire } from "./dialects/signalwire.ts";
import { telnyx } from "./dialects/telnyx.ts";
import { twilio } from "./dialects/twilio.ts";
import { vonage } from "./dialects/vonage.ts";

/** A provider that this phone can stand in for. */
export const Provider = z.enum(["twilio", "signalwire", "telnyx", "plivo", "vonage"]);
export type Provider = z.infer<typeof Provider>;

/** What each of them speaks. */
export const DIALECTS: Record<Provider, Dialect> = { twilio, signalwire, telnyx, plivo, vonage };
