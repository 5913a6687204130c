import { createApp } from "#shared/http/app.ts";
import { addCreateRoute } from "./routes/create.ts";
import { addKeyRoutes } from "./routes/keys.ts";
import { addLeakRoute } from "./routes/leaks.ts";
import { addListRoute } from "./routes/list.ts";
import { addRotateRoute } from "./routes/rotate.ts";
import { addUsageRoute } from "./routes/usage.ts";
import { addVerifyRoute } from "./routes/verify.ts";

/** Keys for programs: their owners' routes, the verdict for others, and reports of leaks. */
export const app = createApp("api-keys");

addVerifyRoute(app);
addLeakRoute(app);
addCreateRoute(app);
addListRoute(app);
addKeyRoutes(app);
addRotateRoute(app);
addUsageRoute(app);
