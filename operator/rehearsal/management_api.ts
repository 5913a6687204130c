import { sha256Hex } from "#local/database/hash.ts";
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
  /** The requests that may have changed something, each as its method and path. */
  readonly writes: readonly string[];
}

const metadata = z.object({
  entrypoint_path: z.string(),
  import_map_path: z.string(),
  verify_jwt: z.boolean().default(true),
});

const statement = z.object({ query: z.string(), read_only: z.boolean().default(false) });

const secrets = z.array(z.object({ name: z.string(), value: z.string() }));

/** What a stand-in tells of its one project, beside what it was given. */
export interface KnownProject {
  readonly ref: string;
  readonly name: string;
  readonly status: string;
  /** The secret API keys by their names. */
  readonly secretKeys: Readonly<Record<string, string>>;
  /** Runs SQL on the project's database. */
  readonly query?: (sql: string) => Promise<unknown[]>;
}

/** Starts a stand-in that knows one project, by the token of its owner. */
export function startManagementApi(project: KnownProject, token: string): ManagementApi {
  const { ref, name, status, secretKeys, query } = project;
  const about = { id: ref, ref, name, status, region: "eu-central-1", organization_id: "own" };
  const uploads = new Map<string, Upload>();
  const kept = new Map<string, string>();
  const writes: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (request.headers.get("authorization") !== `Bearer ${token}`) {
        return Response.json({ message: "Unauthorized" }, { status: 401 });
      }
      const what = `${request.method} ${pathname}`;
      const asksDatabase = what === `POST /v1/projects/${ref}/database/query`;
      if (request.method !== "GET" && !asksDatabase) writes.push(what);
      switch (what) {
        case "GET /v1/projects":
          return Response.json([describeProject(about)]);
        case `GET /v1/projects/${ref}`:
          return Response.json(describeProject(about));
        case `GET /v1/projects/${ref}/api-keys`:
          return Response.json(Object.entries(secretKeys).map(describeKey));
        case `GET /v1/projects/${ref}/secrets`:
          return Response.json([...kept].map(describeSecret));
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
        case `POST /v1/projects/${ref}/database/query`: {
          const { query: sql, read_only } = statement.parse(await request.json());
          if (!read_only) writes.push(what);
          return Response.json(await query?.(sql) ?? [], { status: 201 });
        }
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
    writes,
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

function describeProject(about: object): object {
  const database = {
    host: "db.invalid",
    version: "17",
    postgres_engine: "17",
    release_channel: "ga",
  };
  return { ...about, organization_slug: "own", created_at: "2026-01-01T00:00:00Z", database };
}

function describeKey([name, api_key]: [string, string]): object {
  return { id: name, name, api_key, type: "secret", prefix: "", description: null };
}

/** Of a secret, the platform tells its SHA-256. */
function describeSecret([name, value]: [string, string]): object {
  return { name, value: sha256Hex(value), updated_at: "2026-01-01T00:00:00Z" };
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
