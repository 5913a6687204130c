import type { Hook } from "@hono/zod-openapi";
import type { ValidationTargets } from "hono";
import type { z } from "zod";
import { redact } from "../redact.ts";
import type { AppEnv } from "./app_env.ts";
import { type FieldError, Problem } from "./problem.ts";

/** A body of many wrong items is told about the first ones; its answer stays small. */
const MAX_ERRORS = 50;

/** Where a value was sent, in front of its name. The fields of a body stand alone. */
const PLACES: Readonly<Record<keyof ValidationTargets, string | undefined>> = {
  json: undefined,
  form: undefined,
  param: "path",
  query: "query",
  header: "header",
  cookie: "cookie",
};

/**
 * Answers what a route's schemas refuse: `validation_failed`, naming each field. A path parameter
 * that can name nothing, such as an id that is no UUID, is `not_found` like any other wrong name.
 */
export const validationHook: Hook<unknown, AppEnv, string, void> = (result) => {
  if (result.success) return;
  const { error, target } = result;
  const errors = error.issues.flatMap((issue) => fieldErrors(issue, target)).slice(0, MAX_ERRORS);
  throw new Problem(target === "param" ? "not_found" : "validation_failed", undefined, { errors });
};

function fieldErrors(issue: z.core.$ZodIssue, target: keyof ValidationTargets): FieldError[] {
  // Zod reports unknown keys at their parent; a caller looks for the key.
  const paths = issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => [...issue.path, key])
    : [issue.path];
  return paths.map((path) => ({ path: fieldPath(path, target), message: messageOf(issue) }));
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "Unrecognized key";
  // Of the key of a record Zod says only that it is wrong, and keeps to itself what is.
  return issue.code === "invalid_key" ? issue.issues[0]?.message ?? issue.message : issue.message;
}

function fieldPath(path: readonly PropertyKey[], target: keyof ValidationTargets): string {
  const place = PLACES[target];
  const names = place === undefined ? path : [place, ...path];
  // A caller that puts a secret in the place of a name is not to find it in its own logs.
  return names.map((name) => redact(String(name))).join(".") || "body";
}
