import type { Binding } from "#shared/crypto/sealed.ts";

/** The columns of `user_profiles` that hold something of a user's account at Retell, sealed. */
export type RetellColumn =
  | "encrypted_retell_api_key"
  | "encrypted_call_agent_id"
  | "encrypted_sms_agent_id"
  | "encrypted_agent_config";

/** Where a secret of a user's account at Retell stands: what it is sealed for and opened against. */
export function retellBinding(userId: string, column: RetellColumn): Binding {
  return { user: userId, table: "user_profiles", column, row: userId };
}
