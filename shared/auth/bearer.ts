/**
 * The token of an `Authorization: Bearer …` header, or undefined where there is none.
 *
 * @example
 * ```ts
 * bearerToken("Bearer eyJ…"); // "eyJ…"
 * ```
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? "")?.[1];
}
