import { randomBytes, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { type ConnectionOptions, connect, getCiphers, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import { listen } from "@/lib/runtime/listen";
import { makeThrowawayAuthority } from "@/testing/status/throwaway-authority";
import { makeEphemeralKey } from "./ephemeral-key";
import { makeSelfSigned } from "./self-signed";
import { serverNames } from "@/lib/net/server-names";
import { makeTlsManager, type TlsManager } from "./tls-manager";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function selfSignedKeeper(): Promise<TlsManager> {
  const key = await makeEphemeralKey();
  const certificateDer = await makeSelfSigned(
    key,
    serverNames("127.0.0.1", "http://pki.example.com:3000"),
    new Date(),
    (n) => randomBytes(n),
  );
  return makeTlsManager({ key, certificateDer, chain: [], selfSigned: true });
}
async function serve(keeper: TlsManager): Promise<number> {
  const server = createServer(
    { ...keeper.options(), requestCert: true, rejectUnauthorized: false },
    (_request, response) => response.end("ok"),
  );
  keeper.attach(server);
  open.push(server);
  return listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
}
async function shown(port: number, ca: string | null): Promise<TLSSocket> {
  const socket = connect({
    port,
    host: "127.0.0.1",
    servername: "localhost",
    rejectUnauthorized: ca !== null,
    ...(ca === null ? {} : { ca }),
  });
  await once(socket, "secureConnect");
  return socket;
}

test("the first server certificate is self-signed, readable by openssl, and valid for the gateway's names", async () => {
  const certificate = new X509Certificate((await selfSignedKeeper()).current().certificateDer);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  for (const name of ["localhost", "pki.example.com"])
    expect(certificate.checkHost(name)).toBe(name);
  for (const ip of ["127.0.0.1", "::1"]) expect(certificate.checkIP(ip)).toBe(ip);
  expect(certificate.checkHost("other.example.com")).toBeUndefined();
});

test("an address that means every interface is not put into a certificate", () => {
  expect(serverNames("0.0.0.0", "https://[2001:db8::1]:3443")).toEqual({
    dns: ["localhost"],
    ips: ["127.0.0.1", "::1", "2001:db8::1"],
  });
  expect(serverNames("::", "http://PKI.example.com")).toEqual({
    dns: ["localhost", "pki.example.com"],
    ips: ["127.0.0.1", "::1"],
  });
});

test.each(["before", "after"])(
  "a connection opened %s the server's certificate was replaced keeps its certificate and can't renegotiate",
  async (when) => {
    const keeper = await selfSignedKeeper(),
      authority = await makeThrowawayAuthority("tls"),
      leaf = await authority.leaf("localhost"),
      port = await serve(keeper);
    if (when === "after")
      keeper.use({ key: leaf.key, certificateDer: leaf.der, chain: [], selfSigned: false });
    const socket = connect({
      port,
      host: "127.0.0.1",
      servername: "localhost",
      rejectUnauthorized: false,
      maxVersion: "TLSv1.2",
    });
    await once(socket, "secureConnect");
    const ended = new Promise<string>((resolve) => {
      socket.on("error", () => resolve("refused")).on("close", () => resolve("refused"));
      socket.renegotiate({ rejectUnauthorized: false }, (error) =>
        resolve(error === null ? "negotiated" : "refused"),
      );
    });
    expect(await ended).toBe("refused");
    socket.destroy();
  },
);

describe("replacing the server certificate", () => {
  test("a new handshake gets the new server certificate while old connections continue, without a restart", async () => {
    const keeper = await selfSignedKeeper(),
      port = await serve(keeper),
      before = await shown(port, null);
    const authority = await makeThrowawayAuthority("tls"),
      leaf = await authority.leaf("localhost");
    keeper.use({ key: leaf.key, certificateDer: leaf.der, chain: [], selfSigned: false });
    const after = await shown(port, toPem("CERTIFICATE", authority.served.certificateDer));
    expect(after.authorized).toBe(true);
    expect(Buffer.from(after.getPeerX509Certificate()!.raw).equals(leaf.der)).toBe(true);
    before.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(String((await once(before, "data"))[0])).toContain("200 OK");
    before.destroy();
    after.destroy();
  });
  test("the private key is never part of the certificates that the server presents", async () => {
    const keeper = await selfSignedKeeper();
    expect(String(keeper.options().cert)).not.toContain("PRIVATE");
  });
  test("without a known CA, no client certificate is trusted", async () => {
    expect((await selfSignedKeeper()).options().ca).toEqual([]);
  });
});

describe("cipher suites", () => {
  /** The suite of a handshake with these options; null if the listener refuses it. */
  const negotiate = (port: number, options: ConnectionOptions): Promise<string | null> =>
    new Promise((resolve) => {
      try {
        const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
        socket.on("secureConnect", () => {
          resolve(socket.getCipher().name);
          socket.destroy();
        });
        socket.on("error", () => resolve(null));
      } catch {
        // This build of OpenSSL can't offer the suite, so no client of it can use it.
        resolve(null);
      }
    });
  const everySuite = async (port: number): Promise<string[]> => {
    const accepted: string[] = [];
    for (const suite of getCiphers()) {
      const version = suite.startsWith("tls_") ? "TLSv1.3" : "TLSv1.2";
      const name = await negotiate(port, {
        ciphers: suite.toUpperCase() + (version === "TLSv1.3" ? "" : ":@SECLEVEL=0"),
        minVersion: version,
        maxVersion: version,
      });
      if (name !== null) accepted.push(name);
    }
    return accepted.toSorted();
  };
  const aead = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
  ];

  test("only AEAD suites with forward secrecy are negotiated, of all that OpenSSL knows, and still after the certificate was replaced", async () => {
    const keeper = await selfSignedKeeper(),
      port = await serve(keeper);
    expect(getCiphers()).toContain("ecdhe-ecdsa-aes128-sha");
    expect(await everySuite(port)).toEqual(aead);
    keeper.use(keeper.current());
    keeper.trust([]);
    expect(await everySuite(port)).toEqual(aead);
  });
  test.each(["TLSv1", "TLSv1.1"] as const)("%s is refused", async (version) => {
    const port = await serve(await selfSignedKeeper());
    const options = { minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" };
    expect(await negotiate(port, options)).toBeNull();
  });
});
