import type { PGliteOptions } from "@electric-sql/pglite";
import type postgres from "postgres";

/*
 * How values travel so that the Data API renders and takes them as PostgREST does. Lite leaves some
 * as its driver has them: a space in timestamps, numerics and bigints as strings, bytes as arrays, and
 * JSON parameters that are encoded twice.
 */

const isoTimestamp = (text: string) => text.replace(" ", "T");
const isoTimestampWithZone = (text: string) => isoTimestamp(text).replace(/([+-]\d\d)$/, "$1:00");

/** A number where JavaScript can hold it, else the digits. */
function number(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : text;
}

function hex(value: unknown): string {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) throw new TypeError("A bytea must be hex text or bytes");
  return `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Lite hands objects and lists over as JSON text already, but strings as they are. So a string that
 * reads as JSON is taken for JSON, also where it was meant as a string.
 */
function json(value: unknown): string {
  return typeof value === "string" && isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const asIs = (text: string) => text;
const parseJson = (text: string): unknown => JSON.parse(text);

/** The type ids of Postgres. */
const BYTEA = 17;
const INT8 = 20;
const JSON_TEXT = 114;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
const JSONB = 3802;

/** For PGlite. */
export const EMBEDDED_VALUES = {
  parsers: {
    [BYTEA]: asIs,
    [INT8]: number,
    [TIMESTAMP]: isoTimestamp,
    [TIMESTAMPTZ]: isoTimestampWithZone,
    [NUMERIC]: number,
  },
  serializers: { [BYTEA]: hex, [JSON_TEXT]: json, [JSONB]: json },
} satisfies PGliteOptions;

/** For the driver of a real Postgres. */
export const POSTGRES_VALUES = {
  bytea: { to: BYTEA, from: [BYTEA], serialize: hex, parse: asIs },
  bigint: { to: INT8, from: [INT8], serialize: String, parse: number },
  json: { to: JSON_TEXT, from: [JSON_TEXT], serialize: json, parse: parseJson },
  timestamp: { to: TIMESTAMP, from: [TIMESTAMP], serialize: String, parse: isoTimestamp },
  timestamptz: {
    to: TIMESTAMPTZ,
    from: [TIMESTAMPTZ],
    serialize: String,
    parse: isoTimestampWithZone,
  },
  numeric: { to: NUMERIC, from: [NUMERIC], serialize: String, parse: number },
  jsonb: { to: JSONB, from: [JSONB], serialize: json, parse: parseJson },
} satisfies Record<string, postgres.PostgresType>;
