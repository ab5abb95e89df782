import { X509Certificate, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { Server } from "node:https";
import { connect } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import { listen } from "@/server/listeners/listen";
import { makeThrowawayAuthority } from "@/server/status/testing/throwaway-authority";
import { makeOwnKey } from "@/server/tls/own-key";
import { ownNames } from "@/server/tls/own-names";
import { makeSelfSigned } from "@/server/tls/self-signed";
import { makeTlsKeeper } from "@/server/tls/tls-keeper";
import type { TlsKeeper } from "@/server/tls/tls-keeper";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function selfSignedKeeper(): Promise<TlsKeeper> {
  const key = await makeOwnKey();
  const certificateDer = await makeSelfSigned(
    key,
    ownNames("127.0.0.1", "http://pki.example.com:3000"),
    new Date(),
    (n) => randomBytes(n),
  );
  return makeTlsKeeper({ key, certificateDer, chain: [], selfSigned: true });
}
async function serve(keeper: TlsKeeper): Promise<number> {
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

test("the first certificate is one that openssl reads, signed by itself, for the names under which the door is reached", async () => {
  const certificate = new X509Certificate((await selfSignedKeeper()).current().certificateDer);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  for (const name of ["localhost", "pki.example.com"])
    expect(certificate.checkHost(name)).toBe(name);
  for (const ip of ["127.0.0.1", "::1"]) expect(certificate.checkIP(ip)).toBe(ip);
  expect(certificate.checkHost("other.example.com")).toBeUndefined();
});

test("an address that means every interface is no name in a certificate", () => {
  expect(ownNames("0.0.0.0", "https://[2001:db8::1]:3443")).toEqual({
    dns: ["localhost"],
    ips: ["127.0.0.1", "::1", "2001:db8::1"],
  });
  expect(ownNames("::", "http://PKI.example.com")).toEqual({
    dns: ["localhost", "pki.example.com"],
    ips: ["127.0.0.1", "::1"],
  });
});

test.each(["before", "after"])(
  "a connection keeps the certificate that it began with: nobody negotiates another, %s the server's own was changed",
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

describe("swapping", () => {
  test("a new handshake sees the new certificate while an old connection goes on, without a restart", async () => {
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
  test("the private key never goes into what is shown", async () => {
    const keeper = await selfSignedKeeper();
    expect(String(keeper.options().cert)).not.toContain("PRIVATE");
  });
  test("with no authority known, no client certificate is taken for trusted", async () => {
    expect((await selfSignedKeeper()).options().ca).toEqual([]);
  });
});
