import type { SupabaseClient } from "@supabase/supabase-js";
import type { GrantedScope } from "./scopes.ts";

/** An authenticated tenant: who acts, how that is known, and what it may do. */
export interface Actor {
  /** The auth user's id. */
  readonly userId: string;
  readonly via: "jwt" | "api_key";
  readonly scopes: readonly GrantedScope[];
  /** The database as this user sees it, through row level security. */
  readonly db: SupabaseClient;
}
