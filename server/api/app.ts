import { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { authenticate } from "@/server/api/authenticate";
import type { ApiEnv, RequestContext } from "@/server/api/context";
import type { Route } from "@/server/api/define-route";
import { docsHeaders, docsPage } from "@/server/api/docs-page";
import { openApiDocument } from "@/server/api/openapi";
import { refuse } from "@/server/api/refuse";
import { routes } from "@/server/api/all-routes";
import { runRoute } from "@/server/api/run-route";
import { addEntryBundles } from "@/server/log/entry-bundles";

const base = "/api/v1";
export type Api = Readonly<{
  fetch: (request: Request, context: RequestContext) => Response | Promise<Response>;
}>;

/** The REST API and its reference page, for the machine door. `context` is what the door knows of the request. */
export function makeApi(deps: Deps): Api {
  const app = new OpenAPIHono<ApiEnv>();
  app.use(async (c, next) => {
    await next();
    c.header("X-Request-Id", c.env.requestId);
    c.header("X-Content-Type-Options", "nosniff");
  });
  for (const route of routes)
    app.on(route.method.toUpperCase(), honoPath(route), (c) => runRoute(deps, c, route));
  addDocuments(app, deps);
  addEntryBundles(app, deps);
  refuseOtherMethods(app, deps);
  app.notFound(async (c) => {
    try {
      c.set("actor", await authenticate(deps, c));
    } catch (error) {
      return refuse(deps, c, error);
    }
    return refuse(
      deps,
      c,
      new AppError(
        "request.not-found",
        "There is nothing at this address. /docs/api lists what there is.",
        { kind: "not-found" },
      ),
    );
  });
  app.onError((error, c) => refuse(deps, c, error, !isOpen(c.req.path)));
  return { fetch: (request, context) => app.fetch(request, context) };
}

const honoPath = (route: Pick<Route, "path">): string =>
  base + route.path.replaceAll(/\{(\w+)\}/g, ":$1");
const isOpen = (path: string): boolean => path.startsWith(`${base}/status/`);

function addDocuments(app: OpenAPIHono<ApiEnv>, deps: Deps): void {
  const text = JSON.stringify(openApiDocument(routes, deps.publicUrl));
  const page = docsPage(openApiDocument(routes, deps.publicUrl));
  app.get(`${base}/openapi.json`, (c) =>
    c.body(text, 200, {
      "Content-Type": "application/json",
      "Cache-Control": "public, max-age=300",
    }),
  );
  app.get("/docs/api", (c) => c.body(page, 200, docsHeaders));
}

/** A known path with another method: 405 with Allow, for those whom the path would tell anything; a stranger is a stranger first. */
function refuseOtherMethods(app: OpenAPIHono<ApiEnv>, deps: Deps): void {
  const methodsOf = new Map<string, Set<string>>([
    [`${base}/openapi.json`, new Set(["GET"])],
    ["/docs/api", new Set(["GET"])],
  ]);
  for (const route of routes) {
    const methods = methodsOf.get(honoPath(route)) ?? new Set<string>();
    methodsOf.set(honoPath(route), methods.add(route.method.toUpperCase()));
  }
  const open = new Set([
    `${base}/openapi.json`,
    "/docs/api",
    ...routes.filter((route) => route.permission === null).map(honoPath),
  ]);
  for (const [path, methods] of methodsOf) {
    if (methods.has("GET")) methods.add("HEAD");
    const allow = [...methods].toSorted().join(", ");
    app.all(path, async (c) => {
      if (!open.has(path)) c.set("actor", await authenticate(deps, c));
      const error = new AppError(
        "request.method",
        `${c.req.method} does not work here; ${allow} does.`,
        { details: { status: 405, allow: [...methods] } },
      );
      const response = await refuse(deps, c, error, !open.has(path));
      response.headers.set("Allow", allow);
      return response;
    });
  }
}
