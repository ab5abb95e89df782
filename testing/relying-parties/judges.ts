import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { javaJudge } from "./java-judge";
import {
  byServer,
  forEach,
  run,
  serverPem,
  type Judge,
  type Published,
  type ServerConfig,
  mbedTlsLibrary,
  type Verdict,
} from "./judge";

const openssl: Judge["judge"] = forEach(async (published, leaf) => {
  const { root, issuing, crls } = published;
  const { code } = await run("openssl", [
    "verify",
    "-crl_check_all",
    "-x509_strict",
    "-CAfile",
    root,
    "-untrusted",
    issuing,
    "-CRLfile",
    crls,
    leaf.leafFile,
  ]);
  return code === 0;
});

const opensslOcsp: Judge["judge"] = forEach(async (published, leaf) => {
  const file = leaf.leafFile;
  const { text } = await run("openssl", [
    "ocsp",
    "-issuer",
    published.issuing,
    "-cert",
    file,
    "-url",
    published.ocspUrl,
    "-CAfile",
    published.root,
    "-verify_other",
    published.issuing,
  ]);
  return text.includes("Response verify OK") && text.includes(`${file}: good`);
});

const gnutls: Judge["judge"] = forEach(async ({ root, crls }, leaf) => {
  const { code } = await run("certtool", [
    "--verify",
    "--load-ca-certificate",
    root,
    "--load-crl",
    crls,
    "--infile",
    leaf.certFile,
  ]);
  return code === 0;
});

const gnutlsOcsp: Judge["judge"] = forEach(async (published, leaf) => {
  const { text } = await run("ocsptool", [
    `--ask=${published.ocspUrl}`,
    "--load-cert",
    leaf.leafFile,
    "--load-issuer",
    published.issuing,
  ]);
  return /Certificate Status: good/i.test(text) && /Verifying OCSP Response: Success/.test(text);
});

/** NSS with its database: it refuses to import a CRL that it can't use. */
export async function openNssDatabase(published: Published): Promise<string> {
  const folder = join(published.folder, "nss");
  const database = `sql:${folder}`;
  mkdirSync(folder, { recursive: true });
  const must = async (program: string, ...args: readonly string[]): Promise<void> => {
    const { code, text } = await run(program, [...args, "-d", database]);
    if (code !== 0 || /failed|error/i.test(text)) throw new Error(`${program} ${args[0]}: ${text}`);
  };
  await must("certutil", "-N", "--empty-password");
  await must("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", published.root);
  await must("certutil", "-A", "-n", "issuing", "-t", ",,", "-i", published.issuing);
  await must("crlutil", "-I", "-i", published.rootCrl);
  await must("crlutil", "-I", "-i", published.issuingCrl);
  return database;
}

/** Usage C is that of a client, V that of a server. */
export async function nssAccepts(
  database: string,
  name: string,
  file: string,
  usage: "C" | "V",
): Promise<boolean> {
  await run("certutil", ["-A", "-n", name, "-t", ",,", "-i", file, "-d", database]);
  const { code } = await run("certutil", ["-V", "-n", name, "-u", usage, "-e", "-d", database]);
  return code === 0;
}

const nss: Judge["judge"] = async (published, leaves) => {
  const database = await openNssDatabase(published);
  return forEach((_, leaf) => nssAccepts(database, leaf.leafFile, leaf.leafFile, "C"))(
    published,
    leaves,
  );
};

const mbedTls: Judge["judge"] = async ({ root, issuing, crls }, leaves) => {
  const program = join(import.meta.dirname, "mbedtls_judge.py");
  const named = [...leaves].flatMap(([state, leaf]) => [state, leaf.leafFile]);
  const { text } = await run("python3", [program, root, issuing, crls, ...named]);
  return verdictsIn(text, leaves.size);
};

/** Reads lines of a state and a verdict; throws with the whole text unless all leaves are there. */
function verdictsIn(text: string, count: number): ReadonlyMap<string, Verdict> {
  const found = [...text.matchAll(/^(\S+) (accepted|refused)/gm)];
  if (found.length !== count) throw new Error(text);
  return new Map(found.map(([, state = "", verdict]) => [state, verdict as Verdict]));
}

const java =
  (source: "crls" | "ocspUrl"): Judge["judge"] =>
  async (published, leaves) => {
    const program = join(published.folder, "Judge.java");
    writeFileSync(program, javaJudge);
    const named = [...leaves].flatMap(([state, leaf]) => [state, leaf.leafFile]);
    const { root, issuing } = published;
    const { text } = await run("java", [program, root, issuing, published[source], ...named]);
    return verdictsIn(text, leaves.size);
  };

/** The leaf is the server's, and curl checks it and its chain. */
const curl: Judge["judge"] = forEach(async ({ root, crls }, leaf) => {
  const server = createServer({ cert: leaf.cert, key: leaf.key }, (_, response) => {
    response.end("ok");
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  const { port } = server.address() as AddressInfo;
  const { host } = leaf;
  const { code } = await run("curl", [
    "-s",
    "-o",
    "/dev/null",
    "--cacert",
    root,
    "--crlfile",
    crls,
    "--resolve",
    `${host}:${port}:127.0.0.1`,
    `https://${host}:${port}/`,
  ]);
  server.closeAllConnections();
  server.close();
  return code === 0;
});

const nginx = (check: (published: Published) => string): ServerConfig => ({
  program: "nginx",
  args: (folder) => ["-p", folder, "-e", join(folder, "error.log"), "-c", `${folder}/nginx.conf`],
  files: (folder, port, published) => ({
    "nginx.conf": `daemon off; ${process.getuid?.() === 0 ? "user root;" : ""} worker_processes 1;
pid ${folder}/nginx.pid; error_log ${folder}/error.log info; events { worker_connections 64; }
http { access_log off; ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(" ")}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${published.server.certFile}; ssl_certificate_key ${published.server.keyFile};
    ssl_client_certificate ${published.root}; ssl_verify_client on; ssl_verify_depth 2;
    ${check(published)}
    location / { return 200 "ok"; }
  } }
`,
  }),
});

const haproxy: ServerConfig = {
  program: "haproxy",
  args: (folder) => ["-db", "-f", join(folder, "haproxy.cfg")],
  files: (folder, port, published) => ({
    "server.pem": serverPem(published),
    "haproxy.cfg": `global
  log stderr format raw local0
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 60s
frontend clients
  bind 127.0.0.1:${port} ssl crt ${folder}/server.pem ca-file ${published.root} verify required crl-file ${published.crls}
  http-request return status 200
`,
  }),
};

const apache = (check: (published: Published) => string): ServerConfig => ({
  program: "apache2",
  args: (folder) => ["-X", "-f", join(folder, "httpd.conf")],
  files: (folder, port, published) => ({
    "index.html": "ok",
    "httpd.conf": `ServerName localhost
ServerRoot ${folder}
${["mpm_event", "authz_core", "dir", "socache_shmcb", "ssl"]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join("\n")}
Listen 127.0.0.1:${port}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
DocumentRoot ${folder}
${process.getuid?.() === 0 ? "User www-data\nGroup www-data" : ""}
SSLEngine on
SSLCertificateFile ${published.server.certFile}
SSLCertificateKeyFile ${published.server.keyFile}
SSLCACertificateFile ${published.root}
SSLVerifyClient require
SSLVerifyDepth 2
${check(published)}
`,
  }),
});

const judgesTimes = true;

/** Every relying party that Debian has, with the program that decides. */
export const judges: readonly Judge[] = [
  { name: "OpenSSL", by: "CRL", needs: ["openssl"], judgesTimes, judge: openssl },
  { name: "GnuTLS", by: "CRL", needs: ["certtool"], judgesTimes, judge: gnutls },
  { name: "NSS", by: "CRL", needs: ["certutil", "crlutil"], judgesTimes, judge: nss },
  { name: "Mbed TLS", by: "CRL", needs: [mbedTlsLibrary], judgesTimes, judge: mbedTls },
  { name: "Java", by: "CRL", needs: ["javac"], judgesTimes, judge: java("crls") },
  { name: "curl", by: "CRL", needs: ["curl"], judgesTimes, judge: curl },
  {
    name: "nginx",
    by: "CRL",
    needs: ["nginx", "curl"],
    judgesTimes,
    judge: byServer(nginx(({ crls }) => `ssl_crl ${crls};`)),
  },
  {
    name: "HAProxy",
    by: "CRL",
    needs: ["haproxy", "curl"],
    judgesTimes,
    judge: byServer(haproxy),
  },
  {
    name: "Apache",
    by: "CRL",
    needs: ["apache2", "curl"],
    judgesTimes,
    judge: byServer(
      apache(({ crls }) => `SSLCARevocationFile ${crls}\nSSLCARevocationCheck chain`),
    ),
  },
  { name: "OpenSSL", by: "OCSP", needs: ["openssl"], judgesTimes: false, judge: opensslOcsp },
  { name: "GnuTLS", by: "OCSP", needs: ["ocsptool"], judgesTimes: false, judge: gnutlsOcsp },
  { name: "Java", by: "OCSP", needs: ["javac"], judgesTimes, judge: java("ocspUrl") },
  {
    name: "nginx",
    by: "OCSP",
    needs: ["nginx", "curl"],
    judgesTimes,
    judge: byServer(
      nginx(
        ({ ocspUrl, issuing }) =>
          `ssl_ocsp leaf; ssl_ocsp_responder ${ocspUrl}; ssl_trusted_certificate ${issuing};`,
      ),
    ),
  },
  {
    name: "Apache",
    by: "OCSP",
    needs: ["apache2", "curl"],
    judgesTimes,
    judge: byServer(
      apache(
        ({ ocspUrl, trust }) =>
          `SSLCACertificateFile ${trust}\nSSLOCSPEnable leaf\nSSLOCSPDefaultResponder ${ocspUrl}\nSSLOCSPOverrideResponder on`,
      ),
    ),
  },
];
