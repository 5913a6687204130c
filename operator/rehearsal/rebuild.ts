import { dirname, join, relative } from "node:path";
import { type GraphOptions, moduleGraph } from "../deploy/module_graph.ts";
import type { Upload } from "./management_api.ts";

/** A function that was put together again from its upload. */
export interface Rebuilt {
  readonly name: string;
  readonly folder: string;
  readonly entrypoint: string;
  readonly config: string;
  /** The folders of the npm packages that it needs. */
  readonly packages: readonly string[];
}

/**
 * Writes an upload into an empty folder and follows its imports there.
 *
 * @throws {Error} if an import leads nowhere, or a file was uploaded that nothing imports: what is
 * uploaded is what runs, to the file.
 */
export async function rebuild(
  upload: Upload,
  folder: string,
  options: Omit<GraphOptions, "config">,
): Promise<Rebuilt> {
  for (const [path, bytes] of upload.files) {
    const file = join(folder, path);
    if (relative(folder, file).startsWith("..")) throw new Error(`${path} is outside the upload`);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, bytes);
  }
  const [entrypoint, config] = [join(folder, upload.entrypoint), join(folder, upload.importMap)];
  if (!upload.files.has(upload.importMap)) {
    throw new Error(`${upload.name}: nothing is at ${upload.importMap}, the import map`);
  }
  const { files, packages } = await moduleGraph(entrypoint, { ...options, config });
  const used = new Set([upload.importMap, ...files.map((file) => relative(folder, file))]);
  const missing = [...used].filter((path) => !path.startsWith("..") && !upload.files.has(path));
  const surplus = [...upload.files.keys()].filter((path) => !used.has(path));
  if (missing.length > 0) throw new Error(`${upload.name}: not uploaded: ${missing.join(", ")}`);
  if (surplus.length > 0) {
    throw new Error(`${upload.name}: uploaded, and imported by nothing: ${surplus.join(", ")}`);
  }
  return { name: upload.name, folder, entrypoint, config, packages };
}
