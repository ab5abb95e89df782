import type { Browser, Page } from "@playwright/test";
import { createIdentity, type Api, type Certificate } from "./api";
import { saveTempFile, createCsr } from "./openssl";
import { chancery } from "./world";

/** The certificate of a person for a browser, as files for Playwright. */
export type PersonCertificate = Readonly<{ id: string; certPath: string; keyPath: string }>;

/** Issues a certificate for a person with a new key. */
export async function issuePersonCertificate(
  api: Api,
  identity: string,
): Promise<PersonCertificate> {
  const { pem: csr, keyFile } = await createCsr(["on-call@example.com"]);
  const { status, body } = await api.post<Certificate>("/certificates", {
    profile: "tls-client-person",
    identity,
    csr,
  });
  if (status !== 201) throw new Error(`No certificate was issued: ${JSON.stringify(body)}`);
  return { id: body.id, certPath: saveTempFile(body.pem + body.chainPem), keyPath: keyFile };
}

/** Creates a person with a first certificate. */
export async function createPerson(
  api: Api,
  name: string,
): Promise<Readonly<{ identity: string; certificate: PersonCertificate }>> {
  const identity = await createIdentity(api, name, "person");
  return { identity, certificate: await issuePersonCertificate(api, identity) };
}

/**
 * Opens a page in a new browser context on the mTLS port, with this client certificate; null for
 * none.
 */
export async function openPageWithCertificate(
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
