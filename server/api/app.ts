import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "@/lib/errors/app-error";
import { openPublishedLogs, type PublishedLogCache } from "@/lib/log/publish/published-log-cache";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { routes } from "./all-routes";
import type { RequestContext } from "@/server/http/request-context";
import { authenticate } from "./authenticate";
import type { ApiEnv } from "./context";
import type { Route } from "./define-route";
import { docsHeaders, makeApiReference, type ApiReference } from "./docs/pages";
import { addEntryBundles } from "./entry-bundles";
import { addOperations, type Operations } from "./operations";
import { openApiDocument } from "./openapi";
import { refuse } from "./refuse";
import { runRoute } from "./run-route";

const base = "/api/v1";
export type Api = Readonly<{
  fetch: (request: Request, context: RequestContext) => Response | Promise<Response>;
}>;

/** What the gateway and the API look at together. */
type Shared = Readonly<{
  /** Absent: they can't be asked for. */
  operations?: Operations;
  /**
   * What serves the checkpoints: whoever has fetched one gets its entries at once, because both
   * come from this cache.
   */
  published?: PublishedLogCache;
}>;

type Documents = Readonly<{ text: string; reference: ApiReference }>;
const madeDocuments = new Map<string, Documents>();

/**
 * Made before the first request: it takes a third of a second, for which every caller would wait. Kept
 * for the next API of this process, since nothing but the address differs.
 */
function documentsOf(publicUrl: string): Documents {
  const made = madeDocuments.get(publicUrl);
  if (made !== undefined) return made;
  const document = openApiDocument(routes, publicUrl);
  const documents = { text: JSON.stringify(document), reference: makeApiReference(document) };
  madeDocuments.set(publicUrl, documents);
  return documents;
}

/** The REST API and its reference. `context` is what the gateway knows about the request. */
export function makeApi(deps: GatewayDeps, { operations, published }: Shared = {}): Api {
  const app = new OpenAPIHono<ApiEnv>();
  app.use(async (c, next) => {
    // Before the answer is made: one that is changed afterwards is made again, twice, from a stream.
    addHeaders(c);
    await next();
    if (!c.res.headers.has("X-Request-Id")) addHeaders(c);
  });
  for (const route of routes)
    app.on(route.method.toUpperCase(), honoPath(route), (c) => runRoute(deps, c, route));
  addDocuments(app, deps);
  addEntryBundles(app, deps, published ?? openPublishedLogs(deps));
  if (operations !== undefined) addOperations(app, deps, operations);
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
      new AppError("request.not-found", "Not found. See /docs/api for all operations."),
    );
  });
  app.onError((error, c) => refuse(deps, c, error, !isOpen(c.req.path)));
  return { fetch: (request, context) => app.fetch(request, context) };
}

function addHeaders(c: Context<ApiEnv>): void {
  c.header("X-Request-Id", c.env.requestId);
  c.header("X-Content-Type-Options", "nosniff");
}

const honoPath = (route: Pick<Route, "path">): string =>
  base + route.path.replaceAll(/\{(\w+)\}/g, ":$1");
const isOpen = (path: string): boolean => path.startsWith(`${base}/status/`);

function addDocuments(app: OpenAPIHono<ApiEnv>, deps: GatewayDeps): void {
  const { text, reference } = documentsOf(deps.publicUrl);
  app.get(`${base}/openapi.json`, (c) =>
    c.body(text, 200, {
      "Content-Type": "application/json",
      "Cache-Control": "public, max-age=300",
    }),
  );
  app.get("/docs/api", (c) => c.body(reference.first(c.req.query("q")), 200, docsHeaders));
  app.get("/docs/api/:noun", (c) => {
    const page = reference.ofNoun(c.req.param("noun"));
    return page === null ? c.notFound() : c.body(page, 200, docsHeaders);
  });
}

/**
 * Answers a known path with another method: 405 with Allow. Callers who are not authenticated get
 * 401 first, so that they do not learn which paths exist.
 */
function refuseOtherMethods(app: OpenAPIHono<ApiEnv>, deps: GatewayDeps): void {
  const methodsOf = new Map<string, Set<string>>([
    [`${base}/openapi.json`, new Set(["GET"])],
    ["/docs/api", new Set(["GET"])],
    ["/docs/api/:noun", new Set(["GET"])],
  ]);
  for (const route of routes) {
    const methods = methodsOf.get(honoPath(route)) ?? new Set<string>();
    methodsOf.set(honoPath(route), methods.add(route.method.toUpperCase()));
  }
  const open = new Set([
    `${base}/openapi.json`,
    "/docs/api",
    "/docs/api/:noun",
    ...routes.filter((route) => route.permission === null).map(honoPath),
  ]);
  for (const [path, methods] of methodsOf) {
    if (methods.has("GET")) methods.add("HEAD");
    const allow = [...methods].toSorted().join(", ");
    app.all(path, async (c) => {
      if (!open.has(path)) c.set("actor", await authenticate(deps, c));
      const error = new AppError(
        "request.method",
        `${c.req.method} is not supported here. Use ${allow}.`,
        { details: { allow: [...methods] } },
      );
      const response = await refuse(deps, c, error, !open.has(path));
      response.headers.set("Allow", allow);
      return response;
    });
  }
}
