import { z } from "zod";

/** A function as the CLI hands it to the platform. */
export interface Upload {
  readonly name: string;
  /** From the root of the upload. */
  readonly entrypoint: string;
  readonly importMap: string;
  readonly verifyJwt: boolean;
  /** What was uploaded, by its path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A stand-in for the platform's Management API on a port of this machine, which keeps what it is given. */
export interface ManagementApi extends AsyncDisposable {
  readonly url: string;
  /** The functions by their names. */
  readonly uploads: ReadonlyMap<string, Upload>;
  /** The secrets by their names. */
  readonly secrets: ReadonlyMap<string, string>;
}

const metadata = z.object({
  entrypoint_path: z.string(),
  import_map_path: z.string(),
  verify_jwt: z.boolean().default(true),
});

const secrets = z.array(z.object({ name: z.string(), value: z.string() }));

/** Starts a stand-in that knows one project, by the token of its owner. */
export function startManagementApi(ref: string, token: string): ManagementApi {
  const uploads = new Map<string, Upload>();
  const kept = new Map<string, string>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (request.headers.get("authorization") !== `Bearer ${token}`) {
        return Response.json({ message: "Unauthorized" }, { status: 401 });
      }
      switch (`${request.method} ${pathname}`) {
        case `POST /v1/projects/${ref}/functions/deploy`: {
          const upload = await readUpload(searchParams.get("slug") ?? "", request);
          uploads.set(upload.name, upload);
          return Response.json(describe(upload), { status: 201 });
        }
        case `PUT /v1/projects/${ref}/functions`:
        case `GET /v1/projects/${ref}/functions`:
          return Response.json(
            request.method === "GET" ? [...uploads.values()].map(describe) : { functions: [] },
          );
        case `POST /v1/projects/${ref}/secrets`:
          for (const { name, value } of secrets.parse(await request.json())) kept.set(name, value);
          return new Response(null, { status: 201 });
        default:
          return Response.json({ message: "Not found" }, { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    uploads,
    secrets: kept,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function readUpload(name: string, request: Request): Promise<Upload> {
  const files = new Map<string, Uint8Array>();
  let described: z.output<typeof metadata> | undefined;
  for (const [key, part] of await request.formData()) {
    if (key === "metadata") {
      const text = typeof part === "string" ? part : await part.text();
      described = metadata.parse(JSON.parse(text));
    } else if (part instanceof File) {
      files.set(part.name, new Uint8Array(await part.arrayBuffer()));
    }
  }
  if (described === undefined) throw new Error(`The upload of ${name} says nothing of itself`);
  return {
    name,
    entrypoint: described.entrypoint_path,
    importMap: described.import_map_path,
    verifyJwt: described.verify_jwt,
    files,
  };
}

function describe({ name, verifyJwt }: Upload): object {
  return {
    id: crypto.randomUUID(),
    slug: name,
    name,
    status: "ACTIVE",
    version: 1,
    created_at: 0,
    updated_at: 0,
    verify_jwt: verifyJwt,
  };
}
