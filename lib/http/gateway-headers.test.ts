import { expect, test } from "vitest";
import { readForm } from "@/lib/auth/read-form";
import { decodePeer, encodePeer, readGatewayHeaders } from "./gateway-headers";

const read = (headers: Record<string, string>) => readGatewayHeaders(new Headers(headers));

test("what the gateway did not say is null, and never a guess", () => {
  expect(read({})).toEqual({
    address: { ip: null, port: null, userAgent: null, via: ["https"] },
    listener: "https",
    requestId: "unknown",
    path: "",
    peer: null,
  });
  for (const wrong of ["localhost", "1.2.3", "1.2.3.4, 5.6.7.8", "' or 1=1"])
    expect(read({ "x-chancery-client-ip": wrong }).address.ip).toBeNull();
  for (const wrong of ["0", "-1", "65536", "1.5", "x"])
    expect(read({ "x-chancery-client-port": wrong }).address.port).toBeNull();
});

test("what others say about a client counts for nothing", () => {
  expect(
    read({
      "x-forwarded-for": "198.51.100.66",
      "x-real-ip": "198.51.100.66",
      forwarded: "for=198.51.100.66",
    }).address.ip,
  ).toBeNull();
});

test("a form nests by dots, makes lists, and leaves the framework's fields and prototypes alone", () => {
  const form = new FormData();
  for (const [name, value] of [
    ["a.b", "1"],
    ["a.c.d", "2"],
    ["list[]", "one"],
    ["twice", "x"],
    ["twice", "y"],
    ["$ACTION_REF_1", ""],
    ["__proto__.polluted", "yes"],
    ["plain", ""],
    ["plain.deeper", "lost"],
  ] as const)
    form.append(name, value);
  expect(JSON.parse(JSON.stringify(readForm(form)))).toEqual({
    a: { b: "1", c: { d: "2" } },
    list: ["one"],
    twice: ["x", "y"],
    ["__proto__"]: { polluted: "yes" },
    plain: "",
  });
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});

const peer = {
  certificateId: "crt_1",
  serial: "0a",
  fingerprintSha256: "ab",
  notAfter: new Date("2030-01-01T00:00:00Z"),
  identity: { id: "idn_1", name: "Zahlungen é", kind: "service" as const },
  profile: "tls-client-service",
  assertedBy: null,
};

test("the peer of a request is decoded completely, and an invalid one is no peer", () => {
  expect(read({ "x-chancery-peer": encodePeer(peer) }).peer).toEqual(peer);
  const { identity: _identity, ...headless } = peer;
  for (const wrong of [
    "",
    "MIIB",
    "bnVsbA",
    encodePeer({ ...peer, certificateId: "" }),
    encodePeer(headless as typeof peer),
    encodePeer({ ...peer, assertedBy: { id: "prx_1", label: "edge" } } as never),
    encodePeer({ ...peer, assertedBy: undefined } as never),
    encodePeer({ ...peer, notAfter: "never" as unknown as Date }),
  ])
    expect(decodePeer(wrong)).toBeNull();
});

test("a proxy that passed the request on is named before the listener", () => {
  expect(
    read({ "x-chancery-listener": "mtls", "x-chancery-proxy": "edge%20%C3%A9" }).address.via,
  ).toEqual(["edge é", "mtls"]);
  expect(
    read({ "x-chancery-proxy": "edge", "x-chancery-proxy-id": "prx_1" }).address.proxy,
  ).toEqual({ id: "prx_1", label: "edge" });
  expect(read({ "x-chancery-proxy": "%" }).address.via).toEqual(["https"]);
});

test.each([
  ["/audit/1580?_rsc=Rrvar74JDoKHwFHc", "/audit/1580"],
  ["/audit?_rsc=abc&q=x", "/audit?q=x"],
  ["/audit?q=x&_rsc=abc", "/audit?q=x"],
  ["/audit?q=x&_rsc=abc&to=y", "/audit?q=x&to=y"],
  ["/audit?q=_rsc=1", "/audit?q=_rsc=1"],
])("what the framework adds to %s is in no path of an entry", (target, path) => {
  expect(read({ "x-chancery-path": target }).path).toBe(path);
});
