/** What people begin with: Hono and a client of the Data API. */
import { createClient } from "@supabase/supabase-js";
import { Hono } from "hono";

const client = createClient("http://127.0.0.1:9", "sb_publishable_none", {
  auth: { persistSession: false, autoRefreshToken: false },
});
const app = new Hono().basePath("/bare");
app.get("/", (c) => c.json({ ok: client !== undefined }));

export default { fetch: app.fetch };
