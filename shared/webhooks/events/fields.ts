import { z } from "zod";

/** The id of a row. */
export const id = z.guid();

/** A point in time, ISO 8601 with its offset. */
export const time = z.iso.datetime({ offset: true });

/** A telephone number or SIP address as the provider sent it; null where the caller withheld it. */
export const address = z.string().nullable();

/** Whole seconds; null where nobody measured them. */
export const seconds = z.int().min(0).nullable();

/** Ids for examples. */
export const EXAMPLE = {
  call: "0b8f5a52-6a3c-4f0e-9a55-6b1f0a3d2c41",
  session: "3f1d7c0a-55c1-4f5e-8a0e-1f2b3c4d5e6f",
  menu: "5eed0000-0000-4000-8000-0000000000a1",
  recording: "b7a1c2d3-4e5f-4607-8192-a3b4c5d6e7f8",
  key: "c2a9d3b4-7e1f-4c56-9d80-2b3c4d5e6f70",
  webhook: "9e107d9d-372b-4b68-8e2d-4a5b6c7d8e9f",
} as const;
