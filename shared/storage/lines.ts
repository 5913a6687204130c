import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { getObject, type ObjectPlace, putObject, type Stored } from "./objects.ts";

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Stores JSON Lines, compressed by gzip.
 *
 * @returns what there is in storage then: size and digest are of the compressed bytes.
 * @throws {Problem} `storage_unavailable`.
 */
export async function putLines(place: ObjectPlace, lines: string): Promise<Stored> {
  return await putObject(place, new Uint8Array(await compress(lines)), "application/gzip");
}

/**
 * Reads JSON Lines back, as UTF-8.
 *
 * @throws {Problem} `storage_unavailable`, also where there is no such object.
 * @throws {Error} if what is there was not compressed by gzip, or not to its end.
 */
export async function getLines(place: ObjectPlace): Promise<Uint8Array> {
  return await decompress(await getObject(place));
}
