-- Purpose: takes away a trigger that completions made needless: they take a user's row before its endpoints, as its deletion does.
-- Tables:  auth.users (its trigger alone).
-- Risk:    none; nothing else relied on it.

drop trigger lock_endpoints_of_user on auth.users;
drop function private.lock_endpoints_of_user();
