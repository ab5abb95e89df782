import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import { makeThrowawayAuthority } from "@/testing/status/throwaway-authority";
import { forwardedHeaderNames } from "./forwarded-headers";
import { readForwardedClient } from "./read-forwarded-client";

let der: Uint8Array, other: Uint8Array;
beforeAll(async () => {
  const authority = await makeThrowawayAuthority("forwarded");
  [der, other] = [
    (await authority.leaf("client.example.com", ["clientAuth"])).der,
    (await authority.leaf("other.example.com", ["clientAuth"])).der,
  ];
});
const pem = (bytes: Uint8Array) => toPem("CERTIFICATE", bytes),
  base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

type Kind = Parameters<typeof readForwardedClient>[0]["kind"];
const own = { ip: "10.0.0.9", method: "POST", url: "/api/v1/authorize/payments/v1/orders?x=1" };
function read(
  kind: Kind,
  headers: Record<string, string | readonly string[]>,
  hops = 1,
  from = own,
) {
  return readForwardedClient(
    { kind, hops },
    new Map(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === "string" ? [value] : value,
      ]),
    ),
    from,
  );
}
const subject = (kind: Kind, headers: Record<string, string | readonly string[]>) => {
  const { certificate } = read(kind, headers);
  return certificate === undefined ? "none" : (certificate?.claims.subject ?? "unreadable");
};
const client = "CN=client.example.com",
  escape = (text: string) => encodeURIComponent(text);

describe("nginx: $ssl_client_escaped_cert", () => {
  const header = (value: string | readonly string[]) => ({ "x-ssl-client-cert": value });
  test("is read as nginx writes it", () => {
    expect(subject("nginx", header(escape(pem(der))))).toBe(client);
    expect(
      subject(
        "nginx",
        header(
          pem(der).trimEnd().replaceAll("\n", "%0A").replaceAll(" ", "%20").replaceAll("+", "%2B"),
        ),
      ),
    ).toBe(client);
  });
  test.each<[string, () => string | readonly string[]]>([
    ["two of them in one line", () => escape(pem(der) + pem(other))],
    ["two lines, one of them the client's own", () => [escape(pem(other)), escape(pem(der))]],
    ["DER without PEM", () => base64(der)],
    [
      "the tab form that nginx gave up",
      () => pem(der).replaceAll("\n", "\t").replaceAll("BEGIN", "BEGAN"),
    ],
    ["a bad escape", () => `${escape(pem(der))}%`],
    ["a bad escape of UTF-8", () => `%ff${escape(pem(der))}`],
    ["another kind of PEM", () => escape(pem(der).replaceAll("CERTIFICATE", "PUBLIC KEY"))],
    ["text behind it", () => escape(`${pem(der)}x`)],
    ["text before it", () => escape(`x${pem(der)}`)],
    ["bytes behind the certificate", () => escape(pem(Uint8Array.from([...der, 0])))],
    ["a certificate cut short", () => escape(pem(der.subarray(0, 100)))],
    ["bad base64", () => escape(pem(der).replace("MII", "MI*"))],
    ["escaped twice", () => escape(escape(pem(der)))],
    ["null", () => "null"],
    ["(null)", () => "(null)"],
    ["a PEM frame alone", () => escape("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")],
  ])("%s is unreadable, and never another certificate", (_what, value) => {
    expect(subject("nginx", header(value()))).toBe("unreadable");
  });
  test("an empty one, or none, is none", () => {
    expect(subject("nginx", header(""))).toBe("none");
    expect(subject("nginx", header("  "))).toBe("none");
    expect(subject("nginx", {})).toBe("none");
  });
});

describe("Traefik: passTLSClientCert", () => {
  const header = (value: string | readonly string[]) => ({ "x-forwarded-tls-client-cert": value });
  test("is read escaped or not, the client's own certificate first", () => {
    for (const form of [
      base64(der),
      escape(base64(der)),
      `${base64(der)},${base64(other)}`,
      `${escape(base64(der))},${escape(base64(other))}`,
    ])
      expect(subject("traefik", header(form))).toBe(client);
  });
  test.each<[string, () => string | readonly string[]]>([
    ["two lines", () => [base64(der), base64(der)]],
    ["PEM with its frame", () => escape(pem(der))],
    ["base64url", () => base64(der).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")],
    ["an empty first one", () => `,${base64(der)}`],
    ["a bad escape", () => `${base64(der)}%zz`],
    ["spaces inside", () => base64(der).replace("MII", "MI I")],
    ["rubbish", () => "rubbish"],
    ["the hash of one", () => hex(der)],
  ])("%s is unreadable", (_what, value) => {
    expect(subject("traefik", header(value()))).toBe("unreadable");
  });
});

describe("Envoy: XFCC", () => {
  const header = (value: string | readonly string[]) => ({ "x-forwarded-client-cert": value });
  const element = (bytes: Uint8Array, rest = "") =>
    `Hash=${hex(bytes)};Cert="${escape(pem(bytes))}"${rest}`;
  test("the last XFCC element counts, whatever comes before it", () => {
    expect(subject("envoy", header(element(der)))).toBe(client);
    expect(subject("envoy", header(`${element(other)},${element(der)}`))).toBe(client);
    expect(subject("envoy", header([element(other), element(der)]))).toBe(client);
    expect(
      subject(
        "envoy",
        header(
          `By=spiffe://a.example/x;${element(der, ';Subject="CN=x,O=\\"y; z\\"";URI=;URI=spiffe://b.example/,DNS=ignored').replace(",DNS=ignored", "")};DNS=a.example;DNS=b.example`,
        ),
      ),
    ).toBe(client);
    expect(subject("envoy", header(`Subject="O=\\",Cert=",${element(der)}`))).toBe(client);
  });
  test.each<[string, () => string | readonly string[]]>([
    ["a last element without its certificate", () => `${element(der)},Hash=${hex(der)}`],
    ["a hash of another", () => `Hash=${hex(other)};Cert="${escape(pem(der))}"`],
    ["a certificate named twice", () => `Cert="${escape(pem(other))}";Cert="${escape(pem(der))}"`],
    ["a quote that is never closed", () => `Subject="x,${element(der)}`],
    ["a quote in the middle of a value", () => `Subject=a"b";${element(der)}`],
    ["an element without a name", () => `="x";${element(der)}`],
    ["an empty last element", () => `${element(der)},`],
    ["an empty field", () => `${element(der)};`],
    ["a certificate that is not escaped", () => `Cert="${base64(der)}"`],
    ["the chain alone", () => `Chain="${escape(pem(der))}"`],
    ["a certificate hidden in a subject", () => `Subject="Cert=${escape(pem(der))}"`],
  ])("%s is unreadable", (_what, value) => {
    expect(subject("envoy", header(value()))).toBe("unreadable");
  });
  test("a name out of a certificate, or a quote that a client left open, never becomes another certificate", () => {
    const victim = escape(pem(other)),
      named = `URI=spiffe://a.example/x,Cert=${victim}`;
    expect(subject("envoy", header(`${element(der)};${named}`))).toBe("unreadable");
    expect(
      subject(
        "envoy",
        header(`${element(der)};URI=spiffe://a.example/x,Hash=${hex(other)};Cert=${victim}`),
      ),
    ).toBe("unreadable");
    const written = `Hash=${hex(der)};Cert="${escape(pem(der))}";Subject="CN=a\\",Cert=\\"${victim}\\";DNS=b"`;
    for (const left of ['Subject="', 'Subject="\\', 'By="x";Subject="'])
      expect(subject("envoy", header(`${left},${written}`)), left).not.toBe("CN=other.example.com");
    expect(subject("envoy", header(`x,${element(der)}`))).toBe("unreadable");
  });
  test("a long run of quotes takes no long time to refuse", () => {
    expect(subject("envoy", header('"\\'.repeat(8000)))).toBe("unreadable");
  });
});

describe("RFC 9440: Client-Cert", () => {
  test("is one byte sequence, with or without its chain", () => {
    expect(subject("rfc9440", { "client-cert": `:${base64(der)}:` })).toBe(client);
    expect(
      subject("rfc9440", {
        "client-cert": `:${base64(der)}:`,
        "client-cert-chain": [`:${base64(other)}:`, `:${base64(other)}:, :${base64(der)}:`],
      }),
    ).toBe(client);
  });
  test.each<[string, () => Record<string, string | readonly string[]>]>([
    ["no colons", () => ({ "client-cert": base64(der) })],
    ["one colon", () => ({ "client-cert": `:${base64(der)}` })],
    ["two of them", () => ({ "client-cert": `:${base64(der)}:, :${base64(other)}:` })],
    ["two lines", () => ({ "client-cert": [`:${base64(der)}:`, `:${base64(other)}:`] })],
    ["parameters", () => ({ "client-cert": `:${base64(der)}:;a=1` })],
    ["PEM", () => ({ "client-cert": escape(pem(der)) })],
    ["a chain without a certificate", () => ({ "client-cert-chain": `:${base64(der)}:` })],
    [
      "a malformed chain",
      () => ({ "client-cert": `:${base64(der)}:`, "client-cert-chain": base64(other) }),
    ],
    ["spaces inside", () => ({ "client-cert": `: ${base64(der)}:` })],
  ])("%s is unreadable", (_what, headers) => {
    expect(subject("rfc9440", headers())).toBe("unreadable");
  });
});

test("each kind reads its own header alone: what a client adds under the names of the others is nothing", () => {
  const all: Record<Kind, Record<string, string>> = {
    nginx: { "x-ssl-client-cert": escape(pem(der)) },
    traefik: { "x-forwarded-tls-client-cert": base64(der) },
    envoy: { "x-forwarded-client-cert": `Cert="${escape(pem(der))}"` },
    rfc9440: { "client-cert": `:${base64(der)}:` },
  };
  const kinds = Object.keys(all) as Kind[];
  for (const kind of kinds) {
    const others = Object.assign(
      {},
      ...kinds.filter((one) => one !== kind).map((one) => all[one]),
    ) as Record<string, string>;
    expect(subject(kind, others)).toBe("none");
    expect(subject(kind, { ...others, ...all[kind] })).toBe(client);
  }
  for (const name of Object.values(all).flatMap((headers) => Object.keys(headers)))
    expect(forwardedHeaderNames).toContain(name);
});

describe("the client's address", () => {
  const at = (list: string | readonly string[], hops: number, kind: Kind = "nginx") =>
    read(kind, { "x-forwarded-for": list }, hops).ip;
  test("is the one that the configured number of proxies has written, and what the client wrote before it is nothing", () => {
    expect(at("198.51.100.7", 1)).toBe("198.51.100.7");
    expect(at("10.0.0.1, 192.0.2.1,198.51.100.7", 1)).toBe("198.51.100.7");
    expect(at(["10.0.0.1", "192.0.2.1, 198.51.100.7"], 2)).toBe("192.0.2.1");
    expect(at("203.0.113.5, ::FFFF:192.0.2.1, 198.51.100.7", 2)).toBe("192.0.2.1");
    expect(at("[2001:DB8::1]:443", 1)).toBe("2001:db8::1");
    expect(at("192.0.2.1:5555", 1)).toBe("192.0.2.1");
  });
  test("is the proxy's own with no hops, whatever the header says", () => {
    expect(at("198.51.100.7", 0)).toBe("10.0.0.9");
    expect(read("rfc9440", { forwarded: "for=198.51.100.7" }, 0).ip).toBe("10.0.0.9");
  });
  test.each([
    ["", 1],
    ["198.51.100.7", 2],
    ["unknown", 1],
    ["198.51.100.7, ", 1],
    ["198.51.100.7, evil", 1],
    ["198.51.100.300", 1],
    ["198.51.100.7 192.0.2.1", 1],
    ["fe80::1%eth0", 1],
    ["198.51.100.0/24", 1],
    ["localhost", 1],
  ] as const)("is not known from %j with %i hops, and never guessed", (list, hops) => {
    expect(at(list, hops)).toBeNull();
  });
  test("is not known without the header, and other headers do not stand in for it", () => {
    expect(
      read("nginx", { forwarded: "for=198.51.100.7", "x-real-ip": "198.51.100.7" }).ip,
    ).toBeNull();
  });
  test("comes from Forwarded where the proxy speaks by the RFCs", () => {
    const forwarded = (value: string | readonly string[], hops = 1) =>
      read("rfc9440", { forwarded: value }, hops).ip;
    expect(forwarded("for=198.51.100.7")).toBe("198.51.100.7");
    expect(forwarded('For="[2001:db8::1]:4711";proto=https;by=203.0.113.43')).toBe("2001:db8::1");
    expect(forwarded(["for=10.0.0.1", 'for=192.0.2.1, for="198.51.100.7:80"'], 2)).toBe(
      "192.0.2.1",
    );
    for (const wrong of [
      "for=unknown",
      "for=_hidden",
      "by=198.51.100.7",
      "for=198.51.100.7;for=192.0.2.1",
      'for="198.51.100.7',
      "198.51.100.7",
      'for="x, for=198.51.100.7',
    ] as const)
      expect(forwarded(wrong), wrong).toBeNull();
  });
  test("the client's address is unknown where both headers are present and differ: one of them came from the client", () => {
    const both = (list: string, forwarded: string) =>
      read("rfc9440", { "x-forwarded-for": list, forwarded }).ip;
    expect(both("198.51.100.7", "for=198.51.100.7")).toBe("198.51.100.7");
    expect(both("192.0.2.1", "for=198.51.100.7")).toBeNull();
    expect(both("rubbish", "for=198.51.100.7")).toBeNull();
  });
});

describe("what is asked about", () => {
  test("is said by the headers of the kind, whole and as it came", () => {
    expect(
      read("nginx", { "x-original-method": "DELETE", "x-original-uri": "/v1/a%2fb?x=1" }).request,
    ).toEqual({ method: "DELETE", path: "/v1/a%2fb?x=1", host: null });
    expect(
      read("traefik", {
        "x-forwarded-method": "GET",
        "x-forwarded-uri": "/",
        "x-forwarded-host": "pay.example.com",
      }).request,
    ).toEqual({ method: "GET", path: "/", host: "pay.example.com" });
    expect(
      read("envoy", { "x-original-method": "DELETE", "x-forwarded-uri": "/elsewhere" }).request,
    ).toEqual({ method: "POST", path: "/v1/orders?x=1", host: null });
    for (const [url, path] of [
      ["/api/v1/authorize/payments", "/"],
      ["/api/v1/authorize/payments?x", "/"],
      ["/api/v1/authorize/payments/", "/"],
      ["/api/v1/authorize/payments//x/../y", "//x/../y"],
    ] as const)
      expect(read("envoy", {}, 1, { ...own, url }).request?.path, url).toBe(path);
  });
  test.each<[Kind, Record<string, string | readonly string[]>]>([
    ["nginx", {}],
    ["nginx", { "x-original-method": "GET" }],
    ["nginx", { "x-original-uri": "/" }],
    ["nginx", { "x-original-method": ["GET", "POST"], "x-original-uri": "/" }],
    ["nginx", { "x-original-method": "GET", "x-original-uri": ["/", "/admin"] }],
    ["nginx", { "x-original-method": "GET /", "x-original-uri": "/" }],
    ["nginx", { "x-original-method": "", "x-original-uri": "/" }],
    ["nginx", { "x-forwarded-method": "GET", "x-forwarded-uri": "/" }],
    ["traefik", { "x-original-method": "GET", "x-original-uri": "/" }],
    ["rfc9440", { "x-forwarded-method": "GET", "x-forwarded-uri": "/" }],
    ["traefik", { "x-forwarded-method": "GET", "x-forwarded-uri": " " }],
  ])("is not known to %s from %j", (kind, headers) => {
    expect(read(kind, headers).request).toBeNull();
  });
});

test.each([
  ["nginx", "x-ssl-client-cert", ""],
  ["traefik", "x-forwarded-tls-client-cert", ""],
  ["envoy", "x-forwarded-client-cert", ""],
  ["rfc9440", "client-cert", ""],
  ["rfc9440", "client-cert", "::"],
] as const)(
  "%s with an empty %s of “%s” passes on no certificate, not an unreadable one",
  (kind, name, value) => {
    expect(read(kind, { [name]: value }).certificate).toBeUndefined();
  },
);

test.each([":", ":::", ": :", "::,::", ":=:"])(
  "a Client-Cert of %s is unreadable, not absent",
  (value) => {
    expect(read("rfc9440", { "client-cert": value }).certificate).toBeNull();
  },
);
