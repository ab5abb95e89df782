import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scopeOf } from "@/lib/access/permissions";
import { writeCountedRefusals } from "@/lib/log/record/record-refusal";
import type { EntryRecord } from "@/lib/log/types";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { proxyScopes, type ProxyScope } from "@/lib/proxies/schema";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import type { Route } from "@/server/api/define-route";
import { routes } from "@/server/api/all-routes";
import { isOfAll } from "@/testing/api/routes-of-all";
import { adminActor } from "@/testing/actors";
import {
  forwardedBy,
  openConnection,
  type ProxyResponse,
  setProxyScopes,
  trustProxy,
} from "@/testing/gateway/proxy-requests";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

// Every route of the API, for a service whose certificate is shown in the handshake, and for the
// same certificate in a header of a proxy with each set of scopes.
type Connection = ReturnType<typeof openConnection>;
let gateway: TestGateway, client: Client, edge: Client, edgeId: string;
let direct: Connection, proxied: Connection, stranger: Connection;
const admin = adminActor();

beforeAll(async () => {
  gateway = await openTestGateway();
  [client, edge] = [await gateway.issue("payments"), await gateway.issue("edge")];
  edgeId = await trustProxy(gateway.harness.deps, edge.identityId, "nginx");
  direct = openConnection(gateway, client);
  proxied = openConnection(gateway, edge);
  stranger = openConnection(gateway, await gateway.issue("stranger"));
});
afterAll(async () => {
  for (const { close } of [direct, proxied, stranger]) close();
  await gateway.close();
});

const grant = (scopes: readonly ProxyScope[]) =>
  setProxyScopes(gateway.harness.deps, edgeId, scopes);

/** An unsafe request has an empty object as its body: it is refused, or found to be incomplete. */
const ask = (
  { ask: send }: Connection,
  { method, path }: Pick<Route, "method" | "path">,
  headers: Readonly<Record<string, string | string[]>> = {},
): Promise<ProxyResponse> =>
  send({
    method: method.toUpperCase(),
    path: `/api/v1${path.replaceAll(/\{\w+\}/g, "none")}`,
    headers: { ...headers, ...(hasBody(method) ? { "content-type": "application/json" } : {}) },
    ...(hasBody(method) ? { body: "{}" } : {}),
  });
/** Node sends a DELETE's body without its length, so that a server reads it as a second request. */
const hasBody = (method: Route["method"]): boolean => method !== "get" && method !== "delete";
const passedOn = (): Readonly<Record<string, string | string[]>> =>
  forwardedBy.nginx({ cert: client.cert }).headers ?? {};

const passed = "passed";
/** What the route says by itself: the code of a 401 or 403, or that the caller got through. */
const outcomeOf = ({ status, problem }: ProxyResponse): string =>
  status === 401 || status === 403 ? String(problem["code"]) : passed;
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const recorded = routes.filter(({ permission }) => permission !== null);

async function outcomes(
  connection: Connection,
  headers = {},
  of: readonly Route[] = recorded,
): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const route of of) all[nameOf(route)] = outcomeOf(await ask(connection, route, headers));
  return all;
}
const expected = (decide: (route: Route) => string): Record<string, string> =>
  Object.fromEntries(recorded.map((route) => [nameOf(route), decide(route)]));

const ofOwn = (route: Route): boolean =>
  route.permission !== null && scopeOf("service", route.permission) !== "none" && !isOfAll(route);

/** The refusals since then; those of callers who are not known here may be counted in one entry. */
async function refusalsAfter(count: number): Promise<EntryRecord[]> {
  for (const recorder of [deps().recorder, deps().authRecorder])
    await writeCountedRefusals(recorder, "now");
  return (await gateway.entries())
    .slice(count)
    .filter(({ action }) => action.startsWith("request.refused"));
}
const deps = () => gateway.harness.deps as GatewayDeps;
const countOf = (refusals: readonly EntryRecord[]): number =>
  refusals.reduce((sum, { details }) => sum + Number(details["count"] ?? 1), 0);
const countEntries = async (): Promise<number> => (await gateway.entries()).length;

describe("every route of the API", () => {
  test("a certificate shown in the handshake does what its role may do", async () => {
    expect(await outcomes(direct)).toEqual(
      expected((route) => (ofOwn(route) ? passed : "forbidden")),
    );
  });

  test("a certificate in a proxy's header reads and revokes with the scope api, and does nothing else", async () => {
    await grant(["api"]);
    const before = await countEntries();
    const said = await outcomes(proxied, passedOn());
    expect(said).toEqual(
      expected((route) => {
        if (!ofOwn(route) && !isOfAll(route)) return "forbidden";
        return route.asserted === "allowed" ? passed : "certificate.asserted";
      }),
    );
    const refusals = await refusalsAfter(before);
    expect(refusals.filter(({ details }) => details["proxyId"] !== edgeId)).toEqual([]);
    expect(
      refusals.filter(({ details }) => details["code"] === "certificate.asserted"),
    ).toHaveLength(Object.values(said).filter((code) => code === "certificate.asserted").length);
  });

  test("the routes that accept a certificate in a proxy's header are these", () => {
    expect(
      routes
        .filter(({ asserted }) => asserted === "allowed")
        .map(nameOf)
        .toSorted(),
    ).toEqual([
      "get /certificates",
      "get /certificates/{id}",
      "get /certificates/{id}/custody",
      "get /profiles",
      "get /profiles/{id}",
      "post /certificates/{id}/revoke",
    ]);
  });

  test("the use cases that accept an actor on the word of a proxy are these", () => {
    const root = findRepoRoot();
    const accepting = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" })
      .filter(
        (file) => file.endsWith(".ts") && !/\.test\.ts$|^(access|client-auth|log)\//.test(file),
      )
      .filter((file) => readFileSync(join(root, "lib", file), "utf8").includes("AnyActor"))
      .map((file) => file.replaceAll("\\", "/"));
    expect(accepting.toSorted()).toEqual([
      "certificates/get-certificate.ts",
      "certificates/list-certificates.ts",
      "certificates/revoke-certificate.ts",
      "custody/list-timeline.ts",
      // They refuse it, in their first line.
      "est/enroll.ts",
      "est/reenroll.ts",
      // The pure decision about power, which revoking asks.
      "identities/power.ts",
      // It records a refusal.
      "issuing/refuse-request.ts",
      // Forward auth: they record who asked.
      "policies/authorize-request.ts",
      "policies/refuse-untrusted-proxy.ts",
      "profiles/read-profiles.ts",
    ]);
  });

  test.each<[ProxyScope[]]>([[["forward-auth"]], [["console"]], [["forward-auth", "console"]]])(
    "a certificate in the header of a proxy with %j counts for nothing",
    async (scopes) => {
      await grant(scopes);
      const before = await countEntries();
      expect(await outcomes(proxied, passedOn())).toEqual(expected(() => "proxy.scope"));
      const refusals = await refusalsAfter(before);
      expect(countOf(refusals)).toBe(recorded.length);
      for (const { details, actor, origin } of refusals) {
        expect(details).toMatchObject({ code: "proxy.scope", proxyId: edgeId });
        expect([actor.kind, origin.via]).toEqual(["anonymous", ["edge", "mtls"]]);
      }
      expect(refusals[0]?.credential?.serial).toBe(client.certificate.serial);
    },
  );

  test("someone who is no proxy is who the handshake says, whatever the headers claim", async () => {
    expect(await outcomes(stranger, passedOn())).toEqual(
      expected((route) => (ofOwn(route) ? passed : "forbidden")),
    );
    const last = (await gateway.entries()).findLast(({ actor }) => actor.kind === "certificate");
    expect(last?.actor.label).toBe("stranger");
  });

  test.each(proxyScopes)("a proxy with %s never speaks for itself", async (scope) => {
    await grant([scope]);
    const missing = scope === "forward-auth" ? "proxy.scope" : "certificate.missing";
    expect(await outcomes(proxied)).toEqual(expected(() => missing));
    const forItself = forwardedBy.nginx({ cert: edge.cert }).headers ?? {};
    const refused = scope === "api" ? "certificate.of-proxy" : "proxy.scope";
    expect(await outcomes(proxied, forItself)).toEqual(expected(() => refused));
  });
});

describe("a token", () => {
  test.each<[ProxyScope[], boolean]>([
    [["forward-auth"], false],
    [["api"], false],
    [["api", "forward-auth"], false],
    [["console"], true],
    [["api", "console"], true],
  ])("through a proxy with %j counts: %s", async (scopes, counts) => {
    await grant(scopes);
    const before = await countEntries();
    const authorization = `Bearer ${await gateway.tokenFor("auditor")}`;
    const answer = await ask(
      proxied,
      { method: "get", path: "/proxies" },
      {
        ...passedOn(),
        authorization,
      },
    );
    expect(outcomeOf(answer)).toBe(counts ? passed : "proxy.scope");
    const entry = (await gateway.entries()).slice(before).at(-1);
    expect(entry?.details["proxyId"]).toBe(edgeId);
    const believesAddress = counts || scopes.includes("api");
    expect(entry?.origin.ip).toBe(believesAddress ? "10.0.0.7" : "127.0.0.1");
  });

  test.each<[ProxyScope[]]>([[["forward-auth"]], [["api"]], [["api", "forward-auth"]]])(
    "counts for nothing on any route through a proxy with %j, with a certificate or without",
    async (scopes) => {
      await grant(scopes);
      const authorization = `Bearer ${await gateway.tokenFor("operator")}`;
      for (const headers of [{ authorization }, { ...passedOn(), authorization }])
        expect(await outcomes(proxied, headers)).toEqual(expected(() => "proxy.scope"));
    },
  );

  test("and the refusal names the proxy and the scope that it doesn't have", async () => {
    await grant(["api"]);
    const authorization = `Bearer ${await gateway.tokenFor("operator")}`;
    const route = { method: "get", path: "/proxies" } as const;
    const { problem } = await ask(proxied, route, { authorization });
    expect(problem["detail"]).toMatch(/proxy edge .*doesn't have the scope `console`/);
    await grant(["console"]);
    const second = await ask(proxied, route, passedOn());
    expect(second.problem["detail"]).toMatch(/proxy edge .*doesn't have the scope `api`/);
  });

  test("is the actor, with a certificate next to it, in a handshake or passed on", async () => {
    await grant(["api", "console"]);
    const authorization = `Bearer ${await gateway.tokenFor("auditor")}`;
    for (const [connection, headers] of [
      [direct, {}],
      [proxied, passedOn()],
    ] as const) {
      const route = { method: "get", path: "/proxies" } as const;
      expect(outcomeOf(await ask(connection, route, { ...headers, authorization }))).toBe(passed);
      const entry = (await gateway.entries()).at(-1);
      expect(entry?.actor.kind).toBe("token");
      expect(entry?.credential?.serial).toBe(client.certificate.serial);
    }
  });
});

describe("forward auth", () => {
  const asks = () => proxied.ask(forwardedBy.nginx({ cert: client.cert }));
  test.each<[ProxyScope[], string]>([
    [["forward-auth"], "policy.unknown"],
    [["api"], "proxy.scope"],
    [["console"], "proxy.scope"],
    [["api", "console"], "proxy.scope"],
  ])("with the scopes %j is answered with %s", async (scopes, code) => {
    await grant(scopes);
    const answer = await asks();
    expect([answer.status, answer.headers["x-chancery-reason"]]).toEqual([403, code]);
    expect((await gateway.entries()).at(-1)).toMatchObject({
      action: "request.denied",
      details: { code, proxy: "edge", proxyId: edgeId },
    });
  });
});

describe("a stream that is open", () => {
  test.each<[string, ProxyScope[]]>([["of a token", ["console"]]])(
    "%s ends when its proxy loses the scope",
    async (_what, scopes) => {
      await grant(scopes);
      const authorization = `Bearer ${await gateway.tokenFor("auditor")}`;
      const open = Promise.withResolvers<void>();
      const ended = proxied.ask({
        path: "/api/v1/audit/stream",
        headers: { authorization, "x-forwarded-for": "10.0.0.7" },
        onAnswer: open.resolve,
      });
      await open.promise;
      await grant(["forward-auth"]);
      const { status, body } = await ended;
      expect([status, body]).toEqual([200, expect.stringMatching(/event: end\b/)]);
    },
  );
});

describe("a proxy that was removed", () => {
  test("is refused on every route from the next request on, on connections that are open", async () => {
    await grant([...proxyScopes]);
    expect(outcomeOf(await ask(proxied, recorded[0]!, passedOn()))).not.toBe("proxy.scope");
    await removeProxy(gateway.harness.deps, admin, edgeId, { comment: "stolen" });
    for (const headers of [{}, passedOn()])
      expect(await outcomes(proxied, headers)).toEqual(expected(() => "certificate.of-proxy"));
    const asked = await proxied.ask(forwardedBy.nginx({ cert: client.cert }));
    expect([asked.status, asked.headers["x-chancery-reason"]]).toEqual([403, "proxy.unknown"]);
  });
  test("has an identity whose later certificates count for themselves again", async () => {
    const later = openConnection(
      gateway,
      await gateway.issue("edge", { identityId: edge.identityId }),
    );
    expect(outcomeOf(await ask(later, { method: "get", path: "/certificates" }))).toBe(passed);
    later.close();
  });
});
