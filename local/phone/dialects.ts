import { z } from "zod";
import type { Dialect } from "./dialect.ts";
import { twilio } from "./dialects/twilio.ts";

/** A provider that this phone can stand in for. */
export const Provider = z.enum(["twilio"]);
export type Provider = z.infer<typeof Provider>;

/** What each of them speaks. */
export const DIALECTS: Record<Provider, Dialect> = { twilio };
