import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** What a function is to the platform, in bytes. */
export interface BundleSize {
  /** The sources that are uploaded. */
  readonly upload: number;
  /** Those and all code of the packages that they need, compressed as the platform keeps them. */
  readonly bundle: number;
}

/** The most that the platform takes, in bytes. */
export const MOST_BUNDLE = 5_000_000;

/** What of a package is code; types, source maps and words are left out of a bundle. */
const CODE = /\.(?:[cm]?js|json|wasm)$/;

/** Measures a function: an upper bound, since of a package a bundle holds what is imported alone. */
export async function bundleSize(
  sources: Iterable<Uint8Array>,
  packages: readonly string[],
): Promise<BundleSize> {
  const uploaded = [...sources];
  const code = (await Promise.all(packages.map((folder) => compressedSize(folder)))).reduce(sum, 0);
  return {
    upload: uploaded.map(({ byteLength }) => byteLength).reduce(sum, 0),
    bundle: uploaded.map(compress).reduce(sum, 0) + code,
  };
}

const known = new Map<string, Promise<number>>();

/** Functions share most packages, and compressing is slow. */
function compressedSize(folder: string): Promise<number> {
  const size = known.get(folder) ?? measure(folder);
  known.set(folder, size);
  return size;
}

async function measure(folder: string): Promise<number> {
  let size = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) size += await measure(path);
    else if (CODE.test(name)) size += compress(await Deno.readFile(path));
  }
  return size;
}

function compress(bytes: Uint8Array): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return brotliCompressSync(bytes, { params }).byteLength;
}

function sum(a: number, b: number): number {
  return a + b;
}
