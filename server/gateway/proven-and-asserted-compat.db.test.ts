import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyScopes, type ProxyScope } from "@/lib/proxies/schema";
import {
  forwardedBy,
  openConnection,
  setProxyScopes,
  trustProxy,
} from "@/testing/gateway/proxy-requests";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

// What proven-and-asserted.db.test.ts is for the routes of the API, for the compatible APIs.
type Connection = ReturnType<typeof openConnection>;
let gateway: TestGateway, client: Client, edge: Client, edgeId: string;
let direct: Connection, proxied: Connection, stranger: Connection;

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
const passedOn = (): Readonly<Record<string, string | string[]>> =>
  forwardedBy.nginx({ cert: client.cert }).headers ?? {};

describe("the compatible APIs", () => {
  const calls = [
    ["POST", "/v1/pki/sign/tls-server"],
    ["PUT", "/v1/auth/token/renew-self"],
    ["GET", "/v1/auth/token/lookup-self"],
    ["POST", "/ejbca-rest-api/v1/certificate/pkcs10enroll"],
    ["POST", "/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll"],
  ] as const;
  /** The codes of the answers: a text of Vault or EJBCA has it. */
  const codesOf = (connection: Connection, headers: Readonly<Record<string, string | string[]>>) =>
    Promise.all(
      calls.map(async ([method, path]) => {
        const body = method === "GET" ? {} : { body: "{}" };
        const { body: text } = await connection.ask({ method, path, headers, ...body });
        return /Code: ([a-z.-]+)\./.exec(text)?.[1];
      }),
    );
  const every = (code: string) => calls.map(() => code);

  test("take a certificate that is shown in the handshake, and no other", async () => {
    const [sign, renew, lookUp, enroll, again] = await codesOf(direct, {});
    expect([sign, enroll, again]).toEqual(every("compat.bad-request").slice(0, 3));
    expect([renew, lookUp]).toEqual(["unauthenticated", "unauthenticated"]);
    expect(await codesOf(stranger, passedOn())).toEqual(await codesOf(direct, {}));
  });

  test.each<[ProxyScope[], string]>([
    [["api"], "certificate.asserted"],
    [["forward-auth"], "proxy.scope"],
    [["console"], "proxy.scope"],
  ])("issue nothing for one in the header of a proxy with %j", async (scopes, code) => {
    await grant(scopes);
    const before = (await gateway.entries()).length;
    const [sign, , , enroll, again] = await codesOf(proxied, passedOn());
    expect([sign, enroll, again]).toEqual([code, code, code]);
    const entries = (await gateway.entries()).slice(before);
    expect(entries.filter(({ action }) => action === "certificate.planned")).toEqual([]);
  });

  test.each(proxyScopes)("never take a proxy with %s at its own word", async (scope) => {
    await grant([scope]);
    const forItself = forwardedBy.nginx({ cert: edge.cert }).headers ?? {};
    for (const headers of [{}, forItself])
      for (const code of await codesOf(proxied, headers))
        expect(code).toMatch(/^(?:proxy\.scope|certificate\.of-proxy|unauthenticated)$/);
  });

  test.each<[ProxyScope[]]>([[["forward-auth"]], [["api"]], [["api", "forward-auth"]]])(
    "take no token in X-Vault-Token or Authorization through a proxy with %j",
    async (scopes) => {
      await grant(scopes);
      const token = await gateway.tokenFor("operator");
      for (const own of [{ "x-vault-token": token }, { authorization: `Bearer ${token}` }])
        for (const headers of [own, { ...passedOn(), ...own }])
          expect(await codesOf(proxied, headers)).toEqual(every("proxy.scope"));
    },
  );
});
