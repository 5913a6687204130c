import { Buffer } from "node:buffer";

/** The images that are taken in, and the ending of their files. None of them can carry a script. */
export const IMAGE_TYPES = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
} as const;

/** A type of {@linkcode IMAGE_TYPES}. */
export type ImageType = keyof typeof IMAGE_TYPES;

/** How files of each type begin, in hexadecimal (WHATWG MIME Sniffing, section 6.1). */
const BEGINNINGS: readonly (readonly [ImageType, RegExp])[] = [
  ["image/png", /^89504e470d0a1a0a/],
  ["image/jpeg", /^ffd8ff/],
  ["image/webp", /^52494646.{8}574542505650/],
  ["image/gif", /^47494638(?:37|39)61/],
];

/** The type of an image by its content, or undefined for anything else. */
export function imageType(content: Uint8Array): ImageType | undefined {
  const beginning = Buffer.from(content.subarray(0, 16)).toString("hex");
  return BEGINNINGS.find(([, pattern]) => pattern.test(beginning))?.[0];
}
