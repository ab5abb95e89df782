import type { Browser, Page } from "@playwright/test";
import { makeIdentity, type Api, type Certificate } from "./api";
import { keep, makeRequest } from "./openssl";
import { chancery } from "./world";

/** A person's certificate in a browser: files as Playwright wants them. */
export type PersonCertificate = Readonly<{ id: string; certPath: string; keyPath: string }>;

/** Issues a certificate for a person; with a new key. */
export async function issuePerson(api: Api, identity: string): Promise<PersonCertificate> {
  const { pem: csr, keyFile } = await makeRequest(["on-call@example.com"]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-client-person",
    identity,
    csr,
  });
  if (status !== 201) throw new Error(`No certificate was issued: ${JSON.stringify(body)}`);
  return { id: body.id, certPath: keep(body.pem + body.chainPem), keyPath: keyFile };
}

/** A person, and a first certificate. */
export async function makePerson(
  api: Api,
  name: string,
): Promise<Readonly<{ identity: string; certificate: PersonCertificate }>> {
  const identity = await makeIdentity(api, name, "person");
  return { identity, certificate: await issuePerson(api, identity) };
}

/** A page of a browser of its own on the port that asks for certificates, which shows this one; null for a browser that has none. */
export async function pageWith(
  browser: Browser,
  certificate: Pick<PersonCertificate, "certPath" | "keyPath"> | null,
  cookies?: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>,
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: chancery.mtls,
    ignoreHTTPSErrors: true,
    storageState: cookies ?? { cookies: [], origins: [] },
    ...(certificate && {
      clientCertificates: [
        { origin: chancery.mtls, certPath: certificate.certPath, keyPath: certificate.keyPath },
      ],
    }),
  });
  return context.newPage();
}
