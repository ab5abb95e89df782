import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Api,
  type Certificate,
  createIdentity,
  type Entry,
  type Page,
} from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, startReady } from "./harness";
import { type ConsoleProxy, isInstalled, startCaddy, startNginx } from "./start-console-proxy";

// The console of a whole Chancery behind the nginx and the Caddy of Debian, with the shipped
// configurations. Only addresses, ports and the place of their files are others.
type RecordedEntry = Entry &
  Readonly<{ reason: string | null; origin: Readonly<{ ip: string | null; via: string[] }> }>;
type Answer = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>;

const browserAddress = "127.0.0.78";
const credentials = { email: "admin@example.com", password: "a long password" };
let place: ChanceryPlace, chancery: ThrowawayChancery, api: Api & { token: string }, folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-console-proxies-"));
  place = await makePlace();
  chancery = await startReady(place, join(findRepoRoot(), ".cache/system-console-proxies.log"));
  api = await adminApi(chancery);
}, 400_000);
afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** A request of a browser at another address of this machine, to the proxy's port. */
function ask(
  port: number,
  path: string,
  {
    headers = {},
    form,
    from = browserAddress,
    tls = {},
  }: Readonly<{
    headers?: Readonly<Record<string, string>>;
    form?: Readonly<Record<string, string>>;
    from?: string;
    tls?: Readonly<{ cert?: string; key?: string }>;
  }> = {},
): Promise<Answer> {
  const body = form === undefined ? "" : new URLSearchParams(form).toString();
  const posted = {
    "content-type": "application/x-www-form-urlencoded",
    origin: `https://localhost:${port}`,
    "sec-fetch-site": "same-origin",
    "content-length": String(Buffer.byteLength(body)),
  };
  return new Promise((resolve, reject) => {
    request(
      {
        host: "127.0.0.1",
        servername: "localhost",
        port,
        path,
        method: form === undefined ? "GET" : "POST",
        localAddress: from,
        // The proxy's own certificate is made by openssl here, and is not what this is about.
        rejectUnauthorized: false,
        agent: false,
        ...tls,
        headers: {
          host: `localhost:${port}`,
          accept: "text/html",
          ...(form === undefined ? {} : posted),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on("data", (chunk: Buffer) => chunks.push(chunk))
          .on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString("utf8"),
            }),
          );
      },
    )
      .on("error", reject)
      .end(body);
  });
}

const mtlsPort = (): number => Number(new URL(chancery.mtlsUrl).port);
const cookiesOf = ({ headers }: Answer): string =>
  (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");

/** Signs in as a browser does, with next-auth's form. Returns the cookies of the session. */
async function signIn(
  port: number,
  options: Omit<NonNullable<Parameters<typeof ask>[2]>, "form"> = {},
  form: Readonly<Record<string, string>> = credentials,
  provider = "credentials",
): Promise<Readonly<{ answer: Answer; cookies: string }>> {
  const csrf = await ask(port, "/api/auth/csrf", options);
  const { csrfToken } = JSON.parse(csrf.body) as { csrfToken: string };
  const answer = await ask(port, `/api/auth/callback/${provider}`, {
    ...options,
    headers: { ...options.headers, cookie: cookiesOf(csrf) },
    form: { ...form, csrfToken, json: "true" },
  });
  return { answer, cookies: cookiesOf(answer) };
}
const hasSession = (cookies: string): boolean => cookies.includes("next-auth.session-token=");

let administrator: ReturnType<typeof makeAdministrator> | null = null;
/** A person whose certificate signs in to the account of an administrator: one for both proxies. */
const administratorWithCertificate = () => (administrator ??= makeAdministrator());

async function makeAdministrator() {
  const identity = await createIdentity(api, "Ada", "person");
  const users = await api.get<Page<{ id: string; email: string }>>("/users");
  const account = users.body.items.find(({ email }) => email === credentials.email);
  const linked = await fetch(`${chancery.httpUrl}/api/v1/users/${account?.id ?? ""}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${api.token}`, "content-type": "application/json" },
    body: JSON.stringify({ identity }),
  });
  expect(linked.status, await linked.text()).toBe(200);
  const { pem: csr, keyFile } = await createCsr([credentials.email]);
  const body = { profile: "tls-client-person", identity, csr };
  const { body: certificate } = await api.post<Certificate>("/certificates", body);
  const cert = certificate.pem + certificate.chainPem;
  return { certificate, tls: { cert, key: readFileSync(keyFile, "utf8") } };
}

/** The newest entry of this action. */
async function newest(action: string): Promise<RecordedEntry | undefined> {
  const { body } = await api.get<Page<RecordedEntry>>(
    `/audit/events?action=${action}&order=desc&limit=1`,
  );
  return body.items[0];
}

const proxies = [
  { name: "nginx", isHere: isInstalled("nginx", "-v"), start: startNginx },
  { name: "Caddy", isHere: isInstalled("caddy", "version"), start: startCaddy },
];

describe.each(proxies)("Debian's $name with the shipped configuration", ({ isHere, start }) => {
  describe.skipIf(!isHere && !process.env["CI"])("in front of the console", () => {
    let proxy: ConsoleProxy;
    const forged = {
      "x-forwarded-for": "10.9.9.9",
      forwarded: "for=10.9.9.9",
      "x-real-ip": "10.9.9.9",
      "x-chancery-client-ip": "10.9.9.9",
    };
    beforeAll(async () => {
      proxy = await start({ api, chancery, folder });
    }, 120_000);
    afterAll(() => proxy?.stop());

    const expectedOrigin = () => ({
      origin: { ip: browserAddress, via: [proxy.name, "mtls"] },
      details: { proxyId: proxy.proxyId },
    });

    test("people sign in through it, and the entry has the address of their browser and the proxy", async () => {
      const { answer, cookies } = await signIn(proxy.port);
      expect([answer.status, hasSession(cookies)]).toEqual([200, true]);
      expect(await newest("session.started")).toMatchObject(expectedOrigin());
      const page = await ask(proxy.port, "/certificates", { headers: { cookie: cookies } });
      expect([page.status, page.body.includes("Certificates")]).toEqual([200, true]);
      expect(await newest("certificate.read")).toMatchObject(expectedOrigin());
    });

    test("an address that a client writes into its headers is ignored", async () => {
      const { cookies } = await signIn(proxy.port, { headers: forged });
      expect(hasSession(cookies)).toBe(true);
      expect(await newest("session.started")).toMatchObject(expectedOrigin());
    });

    test("a wrong password is counted for the address of the browser", async () => {
      const { cookies } = await signIn(
        proxy.port,
        { headers: forged },
        { ...credentials, password: "wrong" },
      );
      expect(hasSession(cookies)).toBe(false);
      expect(await newest("session.refused")).toMatchObject(expectedOrigin());
    });

    test("a certificate in a header is never believed, for the console or for the API", async () => {
      const { body } = await api.get<Page<{ id: string }>>("/certificates?limit=1");
      const { body: certificate } = await api.get<Certificate>(
        `/certificates/${body.items[0]?.id ?? ""}`,
      );
      const der = certificate.pem.replaceAll(/-----[^-]+-----|\s/g, "");
      const headers = {
        "x-ssl-client-cert": encodeURIComponent(certificate.pem),
        "client-cert": `:${der}:`,
      };
      const page = await ask(proxy.port, "/certificates", { headers });
      expect([page.status, page.headers.location]).toEqual([307, expect.stringMatching(/sign-in/)]);
      const answer = await ask(proxy.port, "/api/v1/certificates", { headers });
      expect([401, 403]).toContain(answer.status);
    });

    test("its stolen key signs in to nothing with the certificate of an administrator", async () => {
      const person = await administratorWithCertificate();
      const headers = {
        "x-forwarded-for": browserAddress,
        "x-ssl-client-cert": encodeURIComponent(person.certificate.pem),
        "client-cert": `:${person.certificate.pem.replaceAll(/-----[^-]+-----|\s/g, "")}:`,
      };
      const options = { headers, tls: proxy.tls };
      const { answer, cookies } = await signIn(mtlsPort(), options, {}, "certificate");
      expect([answer.status, hasSession(cookies)]).toEqual([401, false]);
      expect(await newest("session.refused")).toMatchObject({
        reason: "no certificate",
        ...expectedOrigin(),
      });
      // The same, with the administrator's key.
      const proven = await signIn(mtlsPort(), { tls: person.tls }, {}, "certificate");
      expect(hasSession(proven.cookies)).toBe(true);
      const passedOn = { headers: { ...headers, cookie: proven.cookies }, tls: proxy.tls };
      const page = await ask(mtlsPort(), "/certificates", passedOn);
      expect(page.status).toBe(307);
    });

    test("an API token works through it, with the client's address", async () => {
      const answer = await ask(proxy.port, "/api/v1/profiles", {
        headers: { authorization: `Bearer ${api.token}`, accept: "application/json", ...forged },
      });
      expect(answer.status, answer.body).toBe(200);
      expect(await newest("profile.read")).toMatchObject(expectedOrigin());
    });

    test("a page of another site can't act through it", async () => {
      const { cookies } = await signIn(proxy.port);
      const answer = await ask(proxy.port, "/api/auth/signout", {
        headers: {
          cookie: cookies,
          origin: "https://evil.example",
          "sec-fetch-site": "cross-site",
        },
        form: { csrfToken: "x" },
      });
      expect(answer.status).toBe(403);
      const page = await ask(proxy.port, "/certificates", { headers: { cookie: cookies } });
      expect(page.status).toBe(200);
    });

    test("someone who passes it by is not believed a word", async () => {
      const direct = await ask(mtlsPort(), "/api/v1/profiles", {
        headers: { authorization: `Bearer ${api.token}`, accept: "application/json", ...forged },
        from: "127.0.0.79",
      });
      expect(direct.status).toBe(200);
      const entry = await newest("profile.read");
      expect(entry?.origin).toMatchObject({ ip: "127.0.0.79", via: ["mtls"] });
      expect(entry?.details["proxyId"]).toBeUndefined();
    });

    test("removing it ends the sessions that were started through it, and nothing passes any more", async () => {
      const { cookies } = await signIn(proxy.port);
      const effects = await api.get<{ sessions: number }>(`/proxies/${proxy.proxyId}/effects`);
      expect(effects.body.sessions).toBeGreaterThanOrEqual(1);
      const removed = await api.post(`/proxies/${proxy.proxyId}/remove`, { comment: "" });
      expect(removed.status).toBe(200);
      expect(await newest("proxy.removed")).toMatchObject({
        details: { sessions: effects.body.sessions },
      });
      const refused = await ask(proxy.port, "/certificates", { headers: { cookie: cookies } });
      expect([refused.status, refused.body.includes("certificate.of-proxy")]).toEqual([403, true]);
      const direct = await ask(Number(new URL(chancery.httpsUrl).port), "/certificates", {
        headers: { cookie: cookies },
        from: "127.0.0.1",
      });
      expect(direct.status).toBe(307);
    });
  });
});
