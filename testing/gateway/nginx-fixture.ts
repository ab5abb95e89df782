import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { EntryRecord } from "@/lib/log/types";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor } from "@/testing/actors";
import type { ClientFiles } from "./curl";
import { type Nginx, openUpstream, startNginx, type Upstream } from "./nginx";
import { type Client, openTestGateway, type TestGateway } from "./test-gateway";

const run = promisify(execFile);

export type ProxiedResponse = Readonly<{
  status: number;
  head: string;
  body: string;
  reason: string | null;
}>;
export type ProxiedRequest = Readonly<{
  path?: string;
  method?: string;
  headers?: readonly string[];
  from?: string;
  body?: string;
}>;
type Servers = Readonly<{ gateway: TestGateway; nginx: Nginx; upstream: Upstream }>;

/**
 * The shipped nginx configuration in front of a real service "payments", with a policy and a
 * trusted proxy named "edge".
 */
export async function openNginxFixture() {
  const [gateway, upstream] = await Promise.all([openTestGateway(), openUpstream()]);
  const { good, edge, server } = await issueCertificates(gateway);
  const admin = adminActor();
  const proxyId = (
    await trustProxy(gateway.harness.deps, admin, {
      identity: edge.identityId,
      kind: "nginx",
      hops: 1,
      scopes: ["forward-auth"],
      note: "",
      accepted: await acceptedOf(gateway.harness.deps, edge.identityId),
    })
  ).result.id;
  const policyId = await createPaymentsPolicy(gateway);
  const nginx = await startNginx(gateway, edge, server, upstream);
  const servers: Servers = { gateway, nginx, upstream };
  return {
    ...servers,
    /** A client whose requests the policy allows. */
    good,
    policyId,
    proxyId,
    ask: (client: ClientFiles, request: ProxiedRequest = {}) => ask(servers, client, request),
    decided: (act: () => Promise<ProxiedResponse>) => retryUnavailable(servers, act),
    outcome: (act: () => Promise<ProxiedResponse>) => outcome(servers, act),
    refusal: (act: () => Promise<ProxiedResponse>, entry: object = {}) =>
      refusal(servers, act, entry),
    close: async (): Promise<void> => {
      await nginx.stop();
      await Promise.all([upstream.close(), gateway.close()]);
    },
  };
}
export type NginxFixture = Awaited<ReturnType<typeof openNginxFixture>>;

async function issueCertificates(
  gateway: TestGateway,
): Promise<Readonly<{ good: Client; edge: Client; server: Client }>> {
  return {
    good: await gateway.issue("orders"),
    edge: await gateway.issue("edge"),
    server: await gateway.issue("payments", { profile: "tls-server" }),
  };
}

async function createPaymentsPolicy(gateway: TestGateway): Promise<string> {
  const { result } = await createPolicy(
    gateway.harness.deps,
    adminActor(),
    policyInput.parse({
      service: "payments",
      name: "Payments",
      rules: [
        { name: "no administration", effect: "deny", paths: ["/admin/**"] },
        {
          name: "services read and write",
          effect: "allow",
          kinds: ["service"],
          methods: ["GET", "POST"],
          paths: ["/v1/**"],
        },
      ],
    }),
  );
  return result.id;
}

/** The real curl at nginx's port. */
async function ask(
  { gateway, nginx }: Servers,
  client: ClientFiles,
  { path = "/v1/orders", method = "GET", headers = [], from, body }: ProxiedRequest,
): Promise<ProxiedResponse> {
  const args = [
    "-sS",
    "-i",
    "--path-as-is",
    "-X",
    method,
    "--cacert",
    gateway.rootFile,
    "--resolve",
    `payments.example.com:${nginx.port}:127.0.0.1`,
    "--max-time",
    "20",
    ...headers.flatMap((header) => ["-H", header]),
  ];
  if (client !== null) args.push("--cert", client.certFile, "--key", client.keyFile);
  if (from !== undefined) args.push("--interface", from);
  if (body !== undefined) {
    writeFileSync(gateway.file("body"), body);
    args.push("--data-binary", `@${gateway.file("body")}`);
  }
  const { stdout } = await run("curl", [
      ...args,
      `https://payments.example.com:${nginx.port}${path}`,
    ]),
    end = stdout.indexOf("\r\n\r\n"),
    head = stdout.slice(0, end);
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1]),
    head,
    body: stdout.slice(end + 4),
    reason: /^x-chancery-reason: *(\S+)/im.exec(head)?.[1] ?? null,
  };
}

/**
 * Sends it again while the answer is 503, as a client would: on a machine that is busy with other
 * tests a decision may take more than its 250 ms, and is then refused.
 */
async function retryUnavailable(
  { upstream }: Servers,
  act: () => Promise<ProxiedResponse>,
): Promise<ProxiedResponse> {
  for (;;) {
    upstream.received.length = 0;
    const response = await act();
    if (response.status !== 503) return response;
  }
}

/** The answer to a request, what reached the service, and the entries of forward auth. */
async function outcome(servers: Servers, act: () => Promise<ProxiedResponse>) {
  const { gateway, upstream } = servers;
  const requests = async (): Promise<EntryRecord[]> =>
    (await gateway.entries()).filter(({ action }) => action.startsWith("request."));
  const before = (await requests()).length;
  upstream.received.length = 0;
  return {
    answer: await act(),
    reached: [...upstream.received],
    entries: (await requests()).slice(before),
  };
}

/**
 * Status and reason of a refusal. Asserts that the service received nothing, and that the newest
 * entry has the same reason and matches `entry`.
 */
async function refusal(
  servers: Servers,
  act: () => Promise<ProxiedResponse>,
  entry: object,
): Promise<[status: number, reason: string | null]> {
  const { answer, reached, entries } = await outcome(servers, () => retryUnavailable(servers, act));
  expect([reached, answer.body]).toEqual([[], expect.stringContaining(String(answer.reason))]);
  expect(entries.slice(-1)).toMatchObject([
    {
      action: "request.denied",
      outcome: "denied",
      details: { service: "payments", code: answer.reason, proxy: "edge" },
      ...entry,
    },
  ]);
  return [answer.status, answer.reason];
}
