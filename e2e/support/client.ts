import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { createIdentity, type Api, type Certificate } from "./api";
import { createCsr } from "./openssl";
import { chancery } from "./world";

/** A service with its certificate and key. */
export type TestService = Readonly<{
  name: string;
  /** The name in its certificate, unique to this run. */ host: string;
  identityId: string;
  certificateId: string;
  cert: string;
  key: string;
}>;

/** Creates a service, its key, and a certificate for client authentication. */
export async function createTestService(api: Api, name: string): Promise<TestService> {
  const host = `${name.replaceAll(" ", "-")}-${randomUUID().slice(0, 8)}.example.com`;
  const identityId = await createIdentity(api, name);
  const { pem: csr, keyFile } = await createCsr([host]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-client-service",
    identity: identityId,
    csr,
  });
  if (status !== 201) throw new Error(`No certificate was issued: ${JSON.stringify(body)}`);
  return {
    name,
    host,
    identityId,
    certificateId: body.id,
    cert: body.pem + body.chainPem,
    key: readFileSync(keyFile, "utf8"),
  };
}

/** Creates a service whose certificate has been used once and then revoked for key compromise. */
export async function createRevokedService(api: Api, name: string): Promise<TestService> {
  const service = await createTestService(api, name);
  const use = await requestWithCertificate(service);
  if (use.status !== 200) throw new Error(`The certificate was refused: ${JSON.stringify(use)}`);
  const { status, body } = await api.post(`/certificates/${service.certificateId}/revoke`, {
    reason: "keyCompromise",
    comment: "laptop lost",
  });
  if (status !== 200) throw new Error(`It was not revoked: ${JSON.stringify(body)}`);
  return service;
}

/**
 * Sends one request over mTLS on a new connection; `from` is one of the addresses of this machine.
 * Returns the status and the error code.
 */
export function requestWithCertificate(
  { cert, key }: Pick<TestService, "cert" | "key">,
  { path = "/api/v1/profiles", from = "127.0.0.1" } = {},
): Promise<Readonly<{ status: number; code: string | null }>> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(chancery.mtls);
    // These tests are not about the server certificate.
    const clientRequest = request(
      {
        host: "127.0.0.1",
        port,
        path,
        cert,
        key,
        localAddress: from,
        rejectUnauthorized: false,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            code: /"code":"([^"]+)"/.exec(Buffer.concat(chunks).toString("utf8"))?.[1] ?? null,
          });
        });
      },
    );
    clientRequest.on("error", reject);
    clientRequest.end();
  });
}
