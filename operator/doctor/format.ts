import { z } from "zod";
import type { SchemaHealth } from "#shared/db/schema_health.ts";

type Check = SchemaHealth["checks"][number];

const MARKS: Readonly<Record<Check["status"], string>> = {
  ok: "✓",
  warning: "!",
  failed: "✗",
  skipped: "–",
};

/** How many problems of one check are printed: a missing table brings all that was on it. */
const MOST = 20;

const job = z.object({
  name: z.string(),
  schedule: z.string(),
  last_status: z.string().nullable(),
  last_run: z.string().nullable(),
});

const queue = z.object({ depth: z.number(), oldest_due_seconds: z.number().nullable() });

/** What a check found out beside its problems, a line each; nothing where there is only a name. */
const NOTES: Readonly<Record<string, (details: Check["details"]) => string[]>> = {
  migrations: ({ applied, newest }) => newest ? [`${applied} applied, the newest ${newest}`] : [],
  extensions: (details) => [
    Object.entries(details).map(([name, version]) => `${name} ${version}`).join(", "),
  ],
  scheduled_jobs: ({ jobs }) =>
    z.array(job).catch([]).parse(jobs).map(({ name, schedule, last_status, last_run }) =>
      `${name} (${schedule}): ${last_run ? `${last_status} ${last_run}` : "not run yet"}`
    ),
  partitions: (details) =>
    Object.entries(details).map(([table, months]) => `${table}: ${months} months ahead`),
  queues: (details) =>
    Object.entries(z.record(z.string(), queue).catch({}).parse(details)).map(
      ([name, { depth, oldest_due_seconds: seconds }]) =>
        `${name}: ${depth}${seconds ? `, the oldest due for ${seconds} s` : ""}`,
    ),
};

/** The report as a person reads it: a line for each check, what is wrong, and the verdict last. */
export function formatHealth({ checks, overall_status }: SchemaHealth): string {
  return [...checks.flatMap(formatCheck), "", overall_status].join("\n");
}

function formatCheck({ name, status, problems, details }: Check): string[] {
  const more = problems.length - MOST;
  return [
    `${MARKS[status]} ${name.replaceAll("_", " ")}`,
    ...problems.slice(0, MOST).map((problem) => `    ${MARKS[status]} ${problem}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...(NOTES[name]?.(details) ?? []).map((note) => `    ${note}`),
  ];
}
