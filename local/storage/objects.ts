import { z } from "zod";
import type { Database, Queryable } from "../database/database.ts";
import type { Caller } from "./caller.ts";
import { StorageFailure } from "./failure.ts";

const bucketRow = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string().nullable(),
  public: z.boolean(),
  file_size_limit: z.number().nullable(),
  allowed_mime_types: z.array(z.string()).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const objectRow = z.object({
  id: z.string(),
  name: z.string(),
  bucket_id: z.string(),
  owner_id: z.string().nullable(),
  version: z.string(),
  metadata: z.looseObject({
    eTag: z.string(),
    size: z.number(),
    mimetype: z.string(),
    cacheControl: z.string(),
    lastModified: z.string(),
  }),
  user_metadata: z.record(z.string(), z.unknown()).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const entry = z.object({
  name: z.string(),
  id: z.string().nullable(),
  updated_at: z.string().nullable(),
  created_at: z.string().nullable(),
  last_accessed_at: z.string().nullable(),
  metadata: z.unknown(),
});

/** A row of `storage.buckets`. */
export type Bucket = z.infer<typeof bucketRow>;
/** A row of `storage.objects` whose bytes are there. */
export type StoredObject = z.infer<typeof objectRow>;

/** Where an object is. */
export interface Place {
  readonly bucket: string;
  readonly name: string;
}

/** An object to be. */
export interface NewObject extends Place {
  readonly version: string;
  readonly metadata: StoredObject["metadata"] | null;
  readonly userMetadata: Readonly<Record<string, unknown>> | null;
  readonly upsert: boolean;
}

/** What to list. */
export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly search: string;
  readonly limit: number;
  readonly offset: number;
  readonly sortBy: "name" | "updated_at" | "created_at" | "last_accessed_at";
  readonly descending: boolean;
}

const OBJECT = "to_jsonb(o) - 'path_tokens' - 'last_accessed_at' - 'owner'";

/** The rows of buckets and objects, asked for and written as the platform's storage does. */
export class Objects {
  constructor(private readonly database: Database) {}

  /** A bucket, whoever asks. @throws {StorageFailure} `NoSuchBucket` */
  async bucket(id: string): Promise<Bucket> {
    const rows = await this.database.query(
      "select to_jsonb(b)::text as value from storage.buckets b where id = $1",
      [id],
    );
    const [bucket] = parsed(rows, bucketRow);
    if (bucket === undefined) throw new StorageFailure("NoSuchBucket", "Bucket not found");
    return bucket;
  }

  /** The buckets that the caller may see. */
  buckets(caller: Caller): Promise<Bucket[]> {
    return this.#as(caller, async (session) =>
      parsed(
        await session.query(
          "select to_jsonb(b)::text as value from storage.buckets b order by name",
        ),
        bucketRow,
      ));
  }

  /** An object that the caller may read. @throws {StorageFailure} `NoSuchKey` */
  async find(caller: Caller, { bucket, name }: Place): Promise<StoredObject | undefined> {
    const rows = await this.#as(caller, (session) =>
      session.query(
        `select (${OBJECT})::text as value from storage.objects o
           where bucket_id = $1 and name = $2 and version is not null and metadata is not null`,
        [bucket, name],
      ));
    return parsed(rows, objectRow)[0];
  }

  /**
   * Tries whether the caller may make an object, before any of its bytes are taken in: the row is
   * written as the caller and taken back. Its size is not known to policies, as on the platform.
   *
   * @throws {StorageFailure} `AccessDenied` or `KeyAlreadyExists`
   */
  async tryInsert(caller: Caller, object: NewObject): Promise<void> {
    const takenBack = new Error("Taken back");
    try {
      await this.#as(caller, async (session) => {
        await insert(session, caller, object);
        throw takenBack;
      });
    } catch (error) {
      if (error !== takenBack) throw refusal(error);
    }
  }

  /**
   * Makes the row of an object whose bytes are there, past every policy.
   *
   * @returns its id, and the version that it replaced.
   * @throws {StorageFailure} `KeyAlreadyExists`
   */
  async put(
    caller: Caller,
    object: NewObject,
  ): Promise<{ id: string; replaced: string | undefined }> {
    try {
      return await this.database.transaction(async (session) => {
        const [before] = await session.query(
          "select version from storage.objects where bucket_id = $1 and name = $2 for update",
          [object.bucket, object.name],
        );
        await insert(session, caller, object);
        const [row] = await session.query(
          "select id::text from storage.objects where bucket_id = $1 and name = $2",
          [object.bucket, object.name],
        );
        const { version } = z.object({ version: z.string().nullish() }).parse(before ?? {});
        return { id: z.object({ id: z.string() }).parse(row).id, replaced: version ?? undefined };
      });
    } catch (error) {
      throw refusal(error);
    }
  }

  /** Removes those of the objects that the caller may remove; answers them. */
  remove(caller: Caller, bucket: string, names: readonly string[]): Promise<StoredObject[]> {
    return this.#as(caller, async (session) => {
      // What else deletes rows would leave the bytes behind, and is refused.
      await session.query("select set_config('storage.allow_delete_query', 'true', true)");
      return parsed(
        await session.query(
          `delete from storage.objects o where bucket_id = $1 and name = any ($2::text[])
             returning (${OBJECT})::text as value`,
          [bucket, names],
        ),
        objectRow,
      );
    });
  }

  /** What the caller may see in a folder: its objects, and folders within it, which have no id. */
  list(caller: Caller, listing: Listing): Promise<z.infer<typeof entry>[]> {
    const { bucket, prefix, search, limit, offset, sortBy, descending } = listing;
    const direction = descending ? "desc" : "asc";
    return this.#as(caller, async (session) =>
      parsed(
        await session.query(
          `with seen as (
             select o.*, substr(o.name, length($2::text) + 1) as rest from storage.objects o
               where o.bucket_id = $1 and starts_with(o.name, $2::text)
           ), entries as (
             select rest as name, id, updated_at, created_at, last_accessed_at, metadata from seen
               where position('/' in rest) = 0 and rest <> ''
             union all
             select distinct split_part(rest, '/', 1), null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
               from seen where position('/' in rest) > 0
           )
           select to_jsonb(e)::text as value from entries e where starts_with(lower(name), lower($3::text))
             order by (id is null) desc, ${sortBy} ${direction} nulls first, name ${direction} limit $4::integer offset $5::integer`,
          [bucket, prefix, search, limit, offset],
        ),
        entry,
      ));
  }

  /** Runs statements as a caller, under every policy. */
  #as<T>({ role, claims, userId }: Caller, work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(async (session) => {
      await session.query(
        `select set_config('request.jwt.claims', $1, true), set_config('request.jwt.claim.sub', $2, true),
           set_config('request.jwt.claim.role', $3, true), set_config('role', $3, true)`,
        [JSON.stringify(claims), userId ?? "", role],
      );
      return await work(session);
    });
  }
}

async function insert(session: Queryable, { userId }: Caller, object: NewObject): Promise<void> {
  const { bucket, name, version, metadata, userMetadata, upsert } = object;
  await session.query(
    `insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
       values ($1, $2, $3::text::uuid, $3::text, $4, $5::text::jsonb, $6::text::jsonb)` +
      (upsert
        ? ` on conflict (bucket_id, name) do update set owner = excluded.owner, owner_id = excluded.owner_id,
              version = excluded.version, metadata = excluded.metadata, user_metadata = excluded.user_metadata,
              updated_at = now()`
        : ""),
    [
      bucket,
      name,
      userId,
      version,
      metadata && JSON.stringify(metadata),
      userMetadata && JSON.stringify(userMetadata),
    ],
  );
}

/** The values of rows, each of them JSON, which reads alike through every driver. */
function parsed<Schema extends z.ZodType>(
  rows: readonly unknown[],
  schema: Schema,
): z.output<Schema>[] {
  return z.array(z.object({ value: z.string() })).parse(rows)
    .map(({ value }) => schema.parse(JSON.parse(value)));
}

function refusal(cause: unknown): unknown {
  const { code } = z.object({ code: z.string() }).catch({ code: "" }).parse(cause);
  if (code === "42501") {
    const message = "new row violates row-level security policy";
    return new StorageFailure("AccessDenied", message, { cause });
  }
  if (code === "23505") {
    return new StorageFailure("KeyAlreadyExists", "The resource already exists", { cause });
  }
  return cause;
}
