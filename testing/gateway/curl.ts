import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { TestGateway } from "./test-gateway";

const run = promisify(execFile);

export type ClientFiles = Readonly<{ certFile: string; keyFile: string }> | null;
export type CurlAnswer = Readonly<{
  status: number;
  type: string;
  headers: string;
  body: string;
  problem: Readonly<Record<string, unknown>>;
}>;
export type CurlOptions = Readonly<{
  path?: string;
  headers?: readonly string[];
  from?: string;
  method?: string;
  body?: string;
}>;

/**
 * The real curl on the port for client certificates, with a certificate in files or none, checking
 * the gateway's own by the root.
 */
export async function curl(
  gateway: TestGateway,
  shown: ClientFiles,
  { path = "/api/v1/certificates", headers = [], from, method = "GET", body }: CurlOptions = {},
): Promise<CurlAnswer> {
  const args = [
    "-sS",
    "-i",
    "--path-as-is",
    "-X",
    method,
    "--cacert",
    gateway.rootFile,
    "--max-time",
    "20",
    ...headers.flatMap((header) => ["-H", header]),
  ];
  if (shown !== null) args.push("--cert", shown.certFile, "--key", shown.keyFile);
  if (from !== undefined) args.push("--interface", from);
  if (body !== undefined) args.push("-H", "Content-Type: application/json", "-d", body);
  const { stdout } = await run("curl", [...args, `${gateway.mtlsUrl()}${path}`]);
  const end = stdout.indexOf("\r\n\r\n"),
    head = stdout.slice(0, end),
    text = stdout.slice(end + 4);
  const type = /^content-type: *([^;\r\n]*)/im.exec(head)?.[1] ?? "";
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1]),
    type,
    headers: head,
    body: text,
    problem: type.endsWith("json") ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/**
 * A certificate that another CA signed, made by openssl: a CA of that name with its own
 * key, and a client certificate below it.
 */
export async function makeForeignCertificate(
  gateway: TestGateway,
  name: string,
  authorityName: string,
): Promise<NonNullable<ClientFiles> & Readonly<{ serial: string; pem: string }>> {
  const at = (what: string) => gateway.file(`${name}.${what}`),
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await run("openssl", [
    "req",
    "-x509",
    ...key,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "30",
    "-subj",
    authorityName,
  ]);
  await run("openssl", [
    "req",
    "-new",
    ...key,
    "-keyout",
    at("key"),
    "-out",
    at("csr"),
    "-subj",
    `/CN=${name}.example.com`,
  ]);
  writeFileSync(at("ext"), "extendedKeyUsage=clientAuth\n");
  await run("openssl", [
    "x509",
    "-req",
    "-in",
    at("csr"),
    "-CA",
    at("ca.pem"),
    "-CAkey",
    at("ca.key"),
    "-CAcreateserial",
    "-out",
    at("pem"),
    "-days",
    "20",
    "-extfile",
    at("ext"),
  ]);
  const { stdout } = await run("openssl", ["x509", "-in", at("pem"), "-noout", "-serial"]),
    pem = (await run("openssl", ["x509", "-in", at("pem")])).stdout;
  return {
    certFile: at("pem"),
    keyFile: at("key"),
    serial: stdout.trim().replace("serial=", "").toLowerCase(),
    pem,
  };
}

/** The issuer's name of a certificate as openssl takes it: "/O=Example/CN=Example Issuing". */
export async function readIssuerName(certFile: string): Promise<string> {
  const { stdout } = await run("openssl", [
    "x509",
    "-in",
    certFile,
    "-noout",
    "-issuer",
    "-nameopt",
    "compat",
  ]);
  return stdout.trim().replace(/^issuer= */, "");
}
