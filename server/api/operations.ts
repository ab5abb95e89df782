import type { Context, Hono } from "hono";
import { authorize } from "@/lib/access/permissions";
import { recordEntry } from "@/lib/log/record/record-entry";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { recordedPath } from "@/server/http/recorded-path";
import type { Readiness } from "@/server/status/readiness";
import { authenticate } from "./authenticate";
import type { ApiEnv } from "./context";
import { refuse } from "./refuse";

/** What the gateway knows about itself. Metrics are in the Prometheus text format. */
export type Operations = Readonly<{
  metrics: () => Promise<string>;
  readiness: () => Promise<Readiness>;
}>;

/**
 * /metrics and the details of /readyz for callers who may see the overview. The gateway itself
 * answers programs on its own machine, so that they see both while the database is unavailable.
 */
export function addOperations(
  app: Pick<Hono<ApiEnv>, "get">,
  deps: GatewayDeps,
  { metrics, readiness }: Operations,
): void {
  const answer =
    (send: (c: Context<ApiEnv>) => Promise<Response>) => async (c: Context<ApiEnv>) => {
      try {
        const actor = await authenticate(deps, c);
        c.set("actor", actor);
        authorize(actor, "overview.read");
        const response = await send(c);
        await recordEntry(withDeadline(deps).recorder, actor, {
          action: "overview.read",
          outcome: "success",
          target: null,
          details: { method: c.req.method, path: recordedPath(c.req.url), status: response.status },
        });
        return response;
      } catch (error) {
        return refuse(deps, c, error);
      }
    };
  app.get(
    "/metrics",
    answer(async (c) => c.body(await metrics(), 200, metricsHeaders)),
  );
  app.get(
    "/readyz",
    answer(async (c) => {
      const { ready, ...rest } = await readiness();
      return c.json(rest, ready ? 200 : 503, { "Cache-Control": "no-store" });
    }),
  );
}

const metricsHeaders = {
  "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
  "Cache-Control": "no-store",
};
