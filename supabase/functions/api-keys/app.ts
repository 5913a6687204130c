import { createApp } from "#shared/http/app.ts";
import { lazily } from "#shared/http/lazy_routes.ts";
import { operations } from "./operations.ts";

/** Keys for programs: their owners' routes, the verdict for others, and reports of leaks. */
export const app = createApp("api-keys", [
  lazily([operations.verify], async () => (await import("./routes/verify.ts")).addVerifyRoute),
  lazily([operations.leaked], async () => (await import("./routes/leaks.ts")).addLeakRoute),
  lazily([operations.create], async () => (await import("./routes/create.ts")).addCreateRoute),
  lazily([operations.list], async () => (await import("./routes/list.ts")).addListRoute),
  lazily(
    [operations.get, operations.update, operations.revoke, operations.delete],
    async () => (await import("./routes/keys.ts")).addKeyRoutes,
  ),
  lazily([operations.rotate], async () => (await import("./routes/rotate.ts")).addRotateRoute),
  lazily([operations.usage], async () => (await import("./routes/usage.ts")).addUsageRoute),
]);
