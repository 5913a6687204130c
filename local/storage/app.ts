import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { z } from "zod";
import { log } from "#shared/log.ts";
import type { Database } from "../database/database.ts";
import type { Secrets } from "../secrets.ts";
import { type Caller, callerOf } from "./caller.ts";
import { objectNotFound, StorageFailure } from "./failure.ts";
import { Files } from "./files.ts";
import { Objects, type Place, type StoredObject } from "./objects.ts";
import { sendObject } from "./send_object.ts";
import { expiry, SignedUrls } from "./signed_url.ts";
import { refuseDeclared, requireName, takeIn } from "./upload.ts";

/** The platform's storage service, as far as its client library asks of it. */
export type StorageApp = (request: Request) => Promise<Response>;

/** What the service is made over. */
export interface StorageParts {
  readonly database: Database;
  /** The folder of the objects' bytes; made when the first is kept. */
  readonly folder: string;
  readonly secrets: Secrets;
}

/** Who may read what a link or a public bucket offers. */
const ANYONE: Caller = { role: "service_role", claims: { role: "service_role" }, userId: null };

const signing = z.object({ expiresIn: expiry });
const signingMany = signing.extend({ paths: z.array(z.string()).max(1_000) });
const removing = z.object({ prefixes: z.array(z.string()).max(1_000) });
const listing = z.object({
  prefix: z.string().default(""),
  search: z.string().nullish(),
  limit: z.int().min(1).max(1_000).default(100),
  offset: z.int().min(0).default(0),
  sortBy: z.object({
    column: z.enum(["name", "updated_at", "created_at", "last_accessed_at"]).default("name"),
    order: z.enum(["asc", "desc"]).default("asc"),
  }).prefault({}),
});

/** Makes the service. Tokens must have been vetted before a request comes here. */
export function createStorageApp({ database, folder, secrets }: StorageParts): StorageApp {
  const objects = new Objects(database);
  const files = new Files(folder);
  const links = new SignedUrls(secrets.jwt_secret);
  const callerFor = (c: Context) => callerOf(c.req.raw.headers, secrets);

  const find = async (caller: Caller, place: Place): Promise<StoredObject> => {
    await objects.bucket(place.bucket);
    const object = await objects.find(caller, place);
    if (object === undefined) throw objectNotFound();
    return object;
  };
  const send = async (c: Context, caller: Caller) =>
    await sendObject(c.req.raw, await find(caller, placeOf(c)), files);
  const removeAll = async (c: Context, bucket: string, names: readonly string[]) => {
    await objects.bucket(bucket);
    const removed = await objects.remove(callerFor(c), bucket, names);
    for (const { version } of removed) await files.remove(version);
    return removed;
  };

  const app = new Hono().basePath("/storage/v1");
  app.use(cors({ origin: "*", exposeHeaders: ["content-range", "etag"] }));
  app.notFound((c) =>
    c.json({ statusCode: "404", error: "Not Found", message: "No such route" }, 404)
  );
  app.onError((error, c) => {
    if (error instanceof StorageFailure) return error.reply();
    log.error("storage failed", { method: c.req.method, cause: error });
    const body = { statusCode: "500", error: "Internal", message: "Storage failed" };
    return c.json(body, 500);
  });

  app.get("/bucket", async (c) => c.json(await objects.buckets(callerFor(c))));
  app.get("/bucket/:bucket", async (c) => {
    const buckets = await objects.buckets(callerFor(c));
    const bucket = buckets.find(({ id }) => id === c.req.param("bucket"));
    if (!bucket) throw new StorageFailure("NoSuchBucket", "Bucket not found");
    return c.json(bucket);
  });

  app.post("/object/list/:bucket", async (c) => {
    const { prefix, search, limit, offset, sortBy } = await bodyOf(c, listing);
    const entries = await objects.list(callerFor(c), {
      bucket: c.req.param("bucket"),
      prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
      search: search ?? "",
      limit,
      offset,
      sortBy: sortBy.column,
      descending: sortBy.order === "desc",
    });
    return c.json(entries);
  });

  app.post("/object/sign/:bucket", async (c) => {
    const [caller, bucket] = [callerFor(c), c.req.param("bucket")];
    const { expiresIn, paths } = await bodyOf(c, signingMany);
    await objects.bucket(bucket);
    const signed = await Promise.all(paths.map(async (path) => {
      const place = { bucket, name: path };
      if (await objects.find(caller, place) === undefined) {
        const error = "Either the object does not exist or you do not have access to it";
        return { error, path, signedURL: null };
      }
      return { error: null, path, signedURL: await links.make(place, expiresIn) };
    }));
    return c.json(signed);
  });
  app.post("/object/sign/:bucket/:name{.+}", async (c) => {
    const { expiresIn } = await bodyOf(c, signing);
    await find(callerFor(c), placeOf(c));
    return c.json({ signedURL: await links.make(placeOf(c), expiresIn) });
  });
  app.get("/object/sign/:bucket/:name{.+}", async (c) => {
    await links.require(placeOf(c), c.req.query("token") ?? "");
    return await send(c, ANYONE);
  });

  app.get("/object/info/:bucket/:name{.+}", async (c) => {
    const { metadata, user_metadata, updated_at, owner_id: _, ...object } = await find(
      callerFor(c),
      placeOf(c),
    );
    return c.json({
      ...object,
      size: metadata.size,
      content_type: metadata.mimetype,
      cache_control: metadata.cacheControl,
      etag: metadata.eTag,
      metadata: user_metadata ?? {},
      last_modified: updated_at,
    });
  });
  app.get("/object/public/:bucket/:name{.+}", async (c) => {
    const bucket = await objects.bucket(c.req.param("bucket"));
    if (!bucket.public) throw new StorageFailure("NoSuchBucket", "Bucket not found");
    return await send(c, ANYONE);
  });
  app.get("/object/authenticated/:bucket/:name{.+}", (c) => send(c, callerFor(c)));
  app.get("/object/:bucket/:name{.+}", (c) => send(c, callerFor(c)));

  app.on(["POST", "PUT"], "/object/:bucket/:name{.+}", async (c) => {
    const request = c.req.raw;
    const caller = callerFor(c);
    const place = placeOf(c);
    const bucket = await objects.bucket(place.bucket);
    requireName(place.name);
    refuseDeclared(request.headers, bucket);
    const upsert = request.method === "PUT" || request.headers.get("x-upsert") === "true";
    const wanted = { ...place, version: crypto.randomUUID(), metadata: null, userMetadata: null };
    await objects.tryInsert(caller, { ...wanted, upsert });

    const { version, bytes, etag, ...about } = await takeIn(request, bucket, files);
    try {
      const { id, replaced } = await objects.put(caller, {
        ...place,
        version,
        upsert,
        userMetadata: about.userMetadata,
        metadata: {
          eTag: etag,
          size: bytes,
          mimetype: about.contentType,
          cacheControl: about.cacheControl,
          lastModified: new Date().toISOString(),
          contentLength: bytes,
          httpStatusCode: 200,
        },
      });
      if (replaced !== undefined) await files.remove(replaced);
      return c.json({ Id: id, Key: `${place.bucket}/${place.name}` });
    } catch (error) {
      await files.remove(version);
      throw error;
    }
  });

  app.delete("/object/:bucket", async (c) => {
    const { prefixes } = await bodyOf(c, removing);
    return c.json(await removeAll(c, c.req.param("bucket"), prefixes));
  });
  app.delete("/object/:bucket/:name{.+}", async (c) => {
    const { bucket, name } = placeOf(c);
    if ((await removeAll(c, bucket, [name])).length === 0) throw objectNotFound();
    return c.json({ message: "Successfully deleted" });
  });
  return async (request) => await app.fetch(request);
}

function placeOf(c: Context): Place {
  return { bucket: c.req.param("bucket") ?? "", name: c.req.param("name") ?? "" };
}

async function bodyOf<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body = schema.safeParse(await c.req.json().catch(() => undefined));
  if (body.success) return body.data;
  const [issue] = body.error.issues;
  const message = `body/${issue?.path.join("/") ?? ""} ${issue?.message ?? "is not valid"}`;
  throw new StorageFailure("InvalidRequest", message);
}
