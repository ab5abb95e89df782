import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { openShell, readClientPage, type Shell } from "@/testing/gateway/client-page";
import { until } from "@/testing/gateway/test-gateway";
import { freePorts } from "@/testing/free-ports";

// Web servers with the configuration of their pages in docs/clients, on other ports: what they serve
// is verified by curl, before and after a renewal.
let gateway: AcmeGateway;
const children: ChildProcess[] = [];
beforeAll(async () => {
  gateway = await openAcmeGateway();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = new Promise((done) => child.once("close", done));
    child.kill();
    await ended;
  }
});
afterAll(() => gateway?.close());

const isMissing = (...programs: readonly string[]): boolean =>
  !process.env["CI"] &&
  programs.some((name) => !["/usr/bin", "/usr/sbin"].some((at) => existsSync(`${at}/${name}`)));

type Place = Readonly<{ name: string; home: string; shell: Shell; identity: string }>;

/** A service with a secret, and a shell with what its page needs. */
async function prepare(server: string): Promise<Place> {
  const name = `${server}.example.com`;
  const identity = await gateway.service(server, [name]);
  const { kid, hmacKey, directory } = await gateway.secretFor(identity);
  const home = gateway.file(server);
  const variables = { DIRECTORY: directory, KID: kid, HMAC: hmacKey };
  return { name, home, identity, shell: openShell(home, gateway.rootFile, variables) };
}

function start(program: string, args: readonly string[], home: string, env = {}): ChildProcess {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin`;
  const options = { cwd: home, stdio: "ignore", env: { PATH: path, HOME: home, ...env } } as const;
  const child = spawn(program, args, options as never);
  children.push(child);
  return child;
}

/** What curl gets from it, which trusts the root alone; the serial that it serves. */
async function served({ name, shell }: Place, port: number): Promise<string> {
  const at = `--resolve ${name}:${port}:127.0.0.1 https://${name}:${port}/`;
  await until(() =>
    shell(`curl -sSf --cacert root.pem ${at} > body`).then(
      () => true,
      () => false,
    ),
  );
  const out = await shell(
    `cat body; openssl s_client -connect 127.0.0.1:${port} -servername ${name} -CAfile root.pem -verify_return_error < /dev/null 2> /dev/null | openssl x509 -noout -serial`,
  );
  expect(out).toContain("pay");
  return /serial=(\w+)/.exec(out)?.[1] ?? "";
}

/** The serial that it serves once that is another one. */
async function servedAfter(place: Place, port: number, first: string): Promise<string> {
  let now = first;
  await until(async () => {
    now = await served(place, port);
    return now !== first;
  });
  return now;
}

/** Of the certificates of its identity, oldest first. */
async function serialsOf({ identity }: Place): Promise<string[]> {
  const rows = await gateway.harness.asSuper(
    "select upper(encode(serial, 'hex')) as serial from certificate where identity_id = $1 order by created_at, id",
    [identity],
  );
  return rows.map(({ serial }) => String(serial));
}

/** The first certificate as docs/clients/lego.md gets it, with certificate and key in one file too. */
const enroll = ({ name, shell }: Place): Promise<string> =>
  shell(readClientPage("lego", name).under("First certificate").replace("lego ", "lego --pem "));

/** The renewal as docs/clients/lego.md has it, and a command after it. */
const renew = ({ name, shell }: Place, hook: string): Promise<string> =>
  shell(
    `${readClientPage("lego", name)
      .under("Renew")
      .replace("lego ", "lego --pem ")
      .trimEnd()} --renew-hook '${hook}'`,
  );

test.skipIf(isMissing("nginx", "lego"))(
  "nginx serves what lego got, and the renewal after its reload",
  async () => {
    const place = await prepare("nginx");
    const [port = 0] = await freePorts(1);
    await enroll(place);
    const server = readClientPage("nginx", place.name)
      .block("nginx")
      .replaceAll("/etc/lego", join(place.home, ".lego"))
      .replace("listen 443", `listen 127.0.0.1:${port}`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    writeFileSync(
      join(place.home, "nginx.conf"),
      `daemon off; ${process.getuid?.() === 0 ? "user root;" : ""} worker_processes 1;
pid ${place.home}/nginx.pid; events { worker_connections 64; }
http { access_log off; ${temporary.map((one) => `${one}_temp_path ${place.home}/${one};`).join(" ")}
${server} }`,
    );
    const child = start(
      "nginx",
      ["-p", place.home, "-e", "error.log", "-c", "nginx.conf"],
      place.home,
    );
    const first = await served(place, port);
    await renew(place, `kill -HUP ${child.pid}`);
    expect([first, await servedAfter(place, port, first)]).toEqual(await serialsOf(place));
  },
);

test.skipIf(isMissing("haproxy", "lego"))(
  "HAProxy serves what lego got, and the renewal after its reload",
  async () => {
    const place = await prepare("haproxy");
    const [port = 0] = await freePorts(1);
    await enroll(place);
    const frontend = readClientPage("haproxy", place.name)
      .block("haproxy")
      .replaceAll("/etc/lego", join(place.home, ".lego"))
      .replace("bind :443", `bind 127.0.0.1:${port}`);
    writeFileSync(join(place.home, "haproxy.cfg"), frontend);
    const child = start("haproxy", ["-W", "-db", "-f", "haproxy.cfg"], place.home);
    const first = await served(place, port);
    await renew(place, `kill -USR2 ${child.pid}`);
    expect([first, await servedAfter(place, port, first)]).toEqual(await serialsOf(place));
  },
);

test.skipIf(isMissing("caddy"))(
  "Caddy gets its certificate by itself and serves it, and the entries say for whom",
  async () => {
    const place = await prepare("caddy");
    const [http = 0, https = 0] = await freePorts(2);
    const own = `admin off\n\thttp_port ${http}\n\thttps_port ${https}\n\tstorage file_system data\n`;
    const config = readClientPage("caddy", place.name)
      .block("caddyfile")
      .replace("{\n", `{\n\t${own}`);
    writeFileSync(join(place.home, "Caddyfile"), config);
    const variables = await place.shell('printf "%s\\n%s\\n%s" "$DIRECTORY" "$KID" "$HMAC"');
    const [DIRECTORY, KID, HMAC] = variables.split("\n");
    const args = ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
    start("caddy", args, place.home, { DIRECTORY, KID, HMAC });
    expect([await served(place, https)]).toEqual(await serialsOf(place));
    expect((await gateway.entriesOf("acme.order-issued")).at(-1)).toMatchObject({
      actor: { kind: "acme-account", label: "ACME account of caddy" },
      details: {
        names: [{ name: `dns:${place.name}`, authorizedBy: `held by DNS:${place.name}` }],
      },
    });
  },
);
