import type { CacheDriver } from "@supabase/lite";
import { z } from "zod";

/*
 * Where Lite keeps what it found out about the schema, which takes it a second on a cold PGlite.
 */

/** Keeps it for as long as the process lives. */
export function memorySchemaCache(known?: string): CacheDriver {
  let value = known;
  return {
    get: () => Promise.resolve(value),
    set(_key, next) {
      value = next;
      return Promise.resolve();
    },
    delete() {
      value = undefined;
      return Promise.resolve();
    },
  };
}

const kept = z.object({ fingerprint: z.string(), schema: z.string() });

/**
 * Keeps it in a file, for a database of one fingerprint: a file of another is not looked at.
 * What cannot be kept or read is found out again.
 */
export function fileSchemaCache(path: string, fingerprint: string): CacheDriver {
  return {
    async get() {
      try {
        const file = kept.parse(JSON.parse(await Deno.readTextFile(path)));
        return file.fingerprint === fingerprint ? file.schema : undefined;
      } catch {
        return undefined;
      }
    },
    async set(_key, schema) {
      const unfinished = `${path}.new`;
      try {
        await Deno.writeTextFile(unfinished, JSON.stringify({ fingerprint, schema }));
        await Deno.rename(unfinished, path);
      } catch {
        // The next start takes its second.
      }
    },
    async delete() {
      await Deno.remove(path).catch(() => {});
    },
  };
}
