import type { Binding } from "#shared/crypto/sealed.ts";

/** Where a connection's signing secret stands: what it is sealed for and opened against. */
export function signingSecretBinding(userId: string, credentialId: string): Binding {
  return { user: userId, table: "private.credentials", column: "sealed", row: credentialId };
}
