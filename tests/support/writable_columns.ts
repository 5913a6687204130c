/**
 * What an owner may change in a row of theirs. Every other column of every public table, those of
 * later migrations included, must be refused.
 */
export const WRITABLE: Record<string, readonly string[]> = {
  agents: ["id", "name", "description", "avatar_url", "is_active_for_dialer"],
  ivr_menus: [
    "id",
    "key",
    "name",
    "language",
    "prompt",
    "items",
    "timeout",
    "inter_digit_timeout",
    "max_retries",
    "no_input_limit",
    "invalid_limit",
    "timeout_prompt",
    "invalid_prompt",
    "no_input_final",
    "invalid_final",
    "barge_in",
    "timeout_barge_in",
    "invalid_barge_in",
    "sensitive",
    "speech",
    "translations",
    "hours",
    "closed_prompt",
    "max_depth",
    "max_turns",
    "max_minutes",
    "parent_menu_id",
  ],
  phone_connections: ["name", "enabled", "allowed_callers", "blocked_callers"],
  phone_numbers: ["id", "connection_id", "menu_id", "number", "label"],
};
