import { fileURLToPath } from "node:url";
import { LocalFailure } from "../failure.ts";

/**
 * Has Swagger UI downloaded, where it is not, and says where it is: the `file:` URL of its folder.
 *
 * Deno downloads all that is in a lock before it runs anything, imported or not. So this package has
 * a lock of its own, which only a process of its own reads; else every first start would wait for it.
 *
 * @throws {LocalFailure} where it can be neither downloaded nor found.
 */
export async function swaggerFiles(): Promise<string> {
  const [config, script] = ["deno.json", "where.js"].map((name) =>
    fileURLToPath(import.meta.resolve(`./swagger/${name}`))
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", `--config=${config}`, `${script}`],
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) {
    throw new LocalFailure(`The page of the API cannot be had without its files: ${err}`);
  }
  return new URL(".", out).href;
}
