import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Actor } from "#shared/auth/actor.ts";
import { putObject, removeObjects } from "#shared/storage/objects.ts";
import { unwrap } from "#shared/db/errors.ts";
import { env } from "#shared/env.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { IMAGE_TYPES, imageType } from "../image_type.ts";
import { operations } from "../operations.ts";

const BUCKET = "avatars";

const shownAvatar = z.object({ avatar_url: z.string().nullable() }).openapi("Avatar");
const shown = {
  200: { description: "The avatar", content: { "application/json": { schema: shownAvatar } } },
};
const image = { schema: { type: "string", format: "binary" } } as const;

const set = createRoute({
  ...operations.avatarSet,
  summary: "Upload the caller's picture; the one before is removed",
  description:
    "The body is the image: PNG, JPEG, WebP or GIF by its content, whatever it is called. At most 2 MiB. Whoever knows the address can see it.",
  request: {
    body: {
      required: true,
      content: {
        "image/png": image,
        "image/jpeg": image,
        "image/webp": image,
        "image/gif": image,
      },
    },
  },
  responses: shown,
});

const remove = createRoute({
  ...operations.avatarRemove,
  summary: "Remove the caller's picture",
  responses: shown,
});

/** Adds `PUT` and `DELETE /account/avatar`. */
export function addAvatarRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(set, async (c) => {
    const content = new Uint8Array(await c.req.arrayBuffer());
    const type = imageType(content);
    if (type === undefined) {
      throw new Problem(
        "unsupported_media_type",
        "The body must be a PNG, JPEG, WebP or GIF image",
      );
    }
    const actor = c.get("actor");
    // A name that nobody can guess, and another for each picture: addresses are cached.
    const name = `${actor.userId}/${crypto.randomUUID()}.${IMAGE_TYPES[type]}`;
    const object = { bucket: BUCKET, name };
    await putObject(object, content, type);
    try {
      await replaceAvatar(actor, folderUrl() + name);
    } catch (error) {
      await removeObjects([object]);
      throw error;
    }
    return c.json({ avatar_url: folderUrl() + name }, 200);
  });
  app.openapi(remove, async (c) => {
    await replaceAvatar(c.get("actor"), null);
    return c.json({ avatar_url: null }, 200);
  });
}

/** Where the bucket's objects are for everyone. */
function folderUrl(): string {
  return `${env().supabaseUrl}/storage/v1/object/public/${BUCKET}/`;
}

/** Sets the address of the picture and removes the one that it had, if that is ours to remove. */
async function replaceAvatar({ db, userId }: Actor, url: string | null): Promise<void> {
  const result = await db.rpc("replace_avatar", { p_url: url });
  const { replaced } = unwrap(result, z.object({ replaced: z.string().nullable() }));
  const name = replaced?.startsWith(`${folderUrl()}${userId}/`)
    ? replaced.slice(folderUrl().length)
    : undefined;
  if (name !== undefined) await removeObjects([{ bucket: BUCKET, name }]);
}
