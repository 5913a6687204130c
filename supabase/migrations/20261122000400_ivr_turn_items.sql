-- Purpose: which item a turn chose, so that it can be counted.
-- Tables:  ivr_turns (a column, null for turns before).
-- Risk:    none for existing data; the functions that commit a turn fill it from the next migration on.

alter table public.ivr_turns add column item text;
comment on column public.ivr_turns.item is
  'The digit of the item that was chosen, as the menu''s version has it. Null where none was, and in a sensitive menu.';
