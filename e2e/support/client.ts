import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { makeIdentity, type Api, type Certificate } from "./api";
import { makeRequest } from "./openssl";
import { chancery } from "./world";

/** A service with its certificate and key, as it would stand on its machine. */
export type Client = Readonly<{
  name: string;
  /** The name in its certificate, which no other run has used. */ host: string;
  identityId: string;
  certificateId: string;
  cert: string;
  key: string;
}>;

/** Makes a service, its key, and a certificate for client authentication. */
export async function makeClient(api: Api, name: string): Promise<Client> {
  const host = `${name.replaceAll(" ", "-")}-${randomUUID().slice(0, 8)}.example.com`;
  const identityId = await makeIdentity(api, name),
    { pem: csr, keyFile } = await makeRequest([host]);
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

/** One request over mTLS on a connection of its own; `from` is one of this machine's own addresses. Answers with the status and the problem's code. */
export function use(
  { cert, key }: Pick<Client, "cert" | "key">,
  { path = "/api/v1/profiles", from = "127.0.0.1" } = {},
): Promise<Readonly<{ status: number; code: string | null }>> {
  return new Promise((done, fail) => {
    const { port } = new URL(chancery.mtls);
    // What the server shows is not what these tests are about.
    const asked = request(
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
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          done({
            status: answer.statusCode ?? 0,
            code: /"code":"([^"]+)"/.exec(Buffer.concat(parts).toString("utf8"))?.[1] ?? null,
          });
        });
      },
    );
    asked.on("error", fail);
    asked.end();
  });
}
