import { z } from "zod";

const lockFile = z.object({
  specifiers: z.record(z.string(), z.string()),
  npm: z.record(
    z.string(),
    z.object({
      integrity: z.string(),
      dependencies: z.array(z.string()).default([]),
      optionalPeers: z.array(z.string()).default([]),
    }),
  ),
});

/**
 * The part of a lock file that some packages need, in the format of a version: Deno 2.1 reads no
 * newer one than 4, which says the same.
 *
 * @param pins `npm:<name>@<version>`, each as the lock file has it.
 */
export function lockOf(text: string, pins: readonly string[], format: "4" | "5"): string {
  const { specifiers, npm } = lockFile.parse(JSON.parse(text));
  const wanted = Object.fromEntries(
    [...new Set(pins)].sort().map((pin) => {
      const version = specifiers[pin];
      if (version === undefined) throw new Error(`deno.lock does not have ${pin}`);
      return [pin, version];
    }),
  );
  const names = Object.keys(npm);
  /** A dependency is named with its version only where the file has several. */
  const keyOf = (name: string) =>
    name in npm ? name : names.find((key) => key.startsWith(`${name}@`)) ?? "";
  const kept: Record<string, unknown> = {};
  const left = Object.entries(wanted).map(([pin, version]) =>
    `${pin.slice("npm:".length).replace(/@[^@]+$/, "")}@${version}`
  );
  for (let key = left.pop(); key !== undefined; key = left.pop()) {
    const entry = npm[key];
    if (entry === undefined || key in kept) continue;
    const { integrity, dependencies, optionalPeers } = entry;
    // A peer that may be missing is there if it is part of the package's name.
    const peers = optionalPeers.filter((peer) => key?.includes(peer.replaceAll("/", "+")));
    kept[key] = format === "5"
      ? { integrity, dependencies, optionalPeers }
      : { integrity, dependencies: [...dependencies, ...peers].sort() };
    left.push(...[...dependencies, ...peers].map(keyOf));
  }
  return JSON.stringify({ version: format, specifiers: wanted, npm: kept }, undefined, 2);
}
