-- Purpose: where recordings of calls are kept: a private bucket whose objects lie under their owners' ids.
-- Tables:  storage.buckets (one row), a policy on storage.objects. Nothing where the server has no storage.
-- Risk:    none for existing data. Nobody but the service may write: there is no policy for it.

do $migration$
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then
    raise notice 'No storage on this server: recordings cannot be kept';
    return;
  end if;
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
    values ('recordings', 'recordings', false, 104857600,
      array['audio/mpeg', 'audio/wav', 'audio/ogg', 'audio/mp4', 'audio/webm', 'audio/flac', 'audio/basic'])
    on conflict (id) do update set public = false, file_size_limit = excluded.file_size_limit,
      allowed_mime_types = excluded.allowed_mime_types;
  execute $policy$
    create policy "Owners can read the recordings of their calls" on storage.objects for select to authenticated
      using (bucket_id = 'recordings' and (storage.foldername(name))[1] = (select private.account_id())::text)
  $policy$;
end
$migration$;
