import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type IncomingHttpHeaders, request as openPlain } from "node:http";
import { Agent, request as openSecure } from "node:https";
import type { TokenInput } from "@/lib/tokens/schema";
import { createToken } from "@/lib/tokens/create-token";
import type { EntryRecord } from "@/lib/log/types";
import { system } from "@/testing/actors";
import { openEstGateway, type EstGateway } from "./est-fixture";
import type { Client } from "./test-gateway";

export type CompatAsk = Readonly<{
  method?: string;
  path: string;
  /** Sent as JSON; a text as it is. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** For X-Vault-Token. */
  token?: string | undefined;
  /** The client's certificate; the request goes to the mTLS port. */
  client?: Pick<Client, "cert" | "key"> | undefined;
  port?: "https" | "mtls" | "http";
}>;
/** What tests read of answers; each answer has some of it. */
type CompatJson = Readonly<{
  data: Readonly<{
    certificate: string;
    issuing_ca: string;
    ca_chain: readonly string[];
    serial_number: string;
    expiration: number;
    id: string;
    ttl: number;
  }>;
  auth: Readonly<{ client_token: string; accessor: string; lease_duration: number }>;
  errors: readonly string[];
  warnings: readonly string[];
  certificate: string;
  certificate_chain: readonly string[];
  certificate_authorities: readonly Readonly<{ name: string }>[];
  serial_number: string;
  response_format: string;
  status: string;
  error_code: number;
  error_message: string;
}>;
export type CompatReply = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  bytes: Buffer;
  json: CompatJson;
}>;
export type CompatAsked = Readonly<{ reply: CompatReply; entries: EntryRecord[] }>;

/** A gateway that clients of other products talk to, in the requests that they send. */
export type CompatGateway = EstGateway &
  Readonly<{
    /** One request as Vault's clients send it: without a Content-Type. */
    send: (ask: CompatAsk) => Promise<CompatReply>;
    /** `send` with the entries that it wrote. */
    sent: (ask: CompatAsk) => Promise<CompatAsked>;
    /** A CSR in PEM, for a new key. */
    pem: (subject: string, san?: string) => string;
    serviceToken: (identityId: string, over?: Partial<TokenInput>) => Promise<string>;
  }>;

export async function openCompatGateway(): Promise<CompatGateway> {
  const gateway = await openEstGateway();
  const send = (one: CompatAsk): Promise<CompatReply> => sendTo(gateway, one);
  return {
    ...gateway,
    send,
    sent: async (one) => {
      const { result, entries } = await gateway.during(() => send(one));
      return { reply: result, entries };
    },
    pem: makePem,
    serviceToken: async (identityId, over = {}) => {
      const wish = { name: "agent", role: "service", identityId, expiresInDays: null } as const;
      const { result } = await createToken(gateway.harness.deps, system, { ...wish, ...over });
      return result.secret ?? "";
    },
  };
}

const makePem = (subject: string, san?: string): string =>
  execFileSync("openssl", [
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "/dev/null",
    "-subj",
    subject,
    ...(san === undefined ? [] : ["-addext", `subjectAltName=${san}`]),
  ]).toString();

function sendTo(
  gateway: EstGateway,
  { method, path, body, headers = {}, token, client, port }: CompatAsk,
): Promise<CompatReply> {
  const name = port ?? (client === undefined ? "https" : "mtls");
  const base = { https: gateway.httpsUrl, mtls: gateway.mtlsUrl, http: gateway.httpUrl }[name]();
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const open = name === "http" ? openPlain : openSecure;
    const request = open(
      {
        host: "127.0.0.1",
        port: new URL(base).port,
        path,
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          host: "localhost",
          "X-Vault-Request": "true",
          ...(token === undefined ? {} : { "X-Vault-Token": token }),
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(text) }),
          ...headers,
        },
        ...(name === "http" ? {} : { agent: agentOf(gateway, client) }),
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece)).on("error", reject);
        response.on("end", () => resolve(readReply(response, Buffer.concat(pieces))));
      },
    );
    request.on("error", reject).end(text);
  });
}

const agentOf = ({ rootFile }: EstGateway, client: CompatAsk["client"]): Agent =>
  new Agent({
    ca: readFileSync(rootFile, "utf8"),
    servername: "localhost",
    checkServerIdentity: () => undefined,
    ...(client === undefined ? {} : { cert: client.cert, key: client.key }),
  });

function readReply(
  {
    statusCode = 0,
    headers,
  }: Readonly<{ statusCode?: number | undefined; headers: IncomingHttpHeaders }>,
  bytes: Buffer,
): CompatReply {
  const body = bytes.toString("utf8");
  const isJson = headers["content-type"] === "application/json" && body !== "";
  const json = JSON.parse(isJson ? body : "{}") as CompatJson;
  return { status: statusCode, headers, body, bytes, json };
}
