import { authenticateAccount, authenticateKey } from "@/lib/acme/authenticate";
import { parseJws, payloadObject } from "@/lib/acme/parse-jws";
import { readChain } from "@/lib/acme/read-order";
import { getRenewalInfo } from "@/lib/acme/renewal-info";
import { revokeByAccount, revokeByKey } from "@/lib/acme/revoke";
import { formatIso } from "@/lib/format/time";
import type { AcmeAnswer } from "./answer";
import { postAsGet, requestOf } from "./authenticate";
import { readBody } from "./read-body";
import type { AcmeCall, Resource } from "./resource-types";

async function certificate(call: AcmeCall): Promise<AcmeAnswer> {
  const found = await postAsGet(call, { certificateId: call.params[0] ?? "" });
  const pem = await readChain(call.deps, found.account, found.certificate);
  return {
    status: 200,
    body: pem,
    headers: { "content-type": "application/pem-certificate-chain" },
  };
}

/** By an account of the certificate's identity, or by the certificate's own key. */
async function revoke(call: AcmeCall): Promise<AcmeAnswer> {
  const request = requestOf(call);
  const parsed = parseJws(await readBody(call.request));
  if (parsed.jwk !== null) {
    const signed = await authenticateKey(call.deps, parsed, request);
    await revokeByKey(call.deps, signed, payloadObject(parsed), request);
  } else {
    const { account } = await authenticateAccount(call.deps, parsed, request);
    await revokeByAccount(call.deps, account, payloadObject(parsed));
  }
  return { status: 200 };
}

async function renewalInfo(call: AcmeCall): Promise<AcmeAnswer> {
  const info = await getRenewalInfo(call.deps, call.params[0] ?? "");
  return {
    status: 200,
    headers: { "retry-after": String(info.retryAfterSeconds) },
    body: { suggestedWindow: { start: formatIso(info.start), end: formatIso(info.end) } },
  };
}

export const certificateResources: readonly Resource[] = [
  {
    name: "certificate",
    ofDirectory: false,
    path: /^cert\/(crt_[a-z0-9]{26})$/,
    methods: { POST: certificate },
  },
  { name: "revoke-cert", ofDirectory: true, path: /^revoke-cert$/, methods: { POST: revoke } },
  {
    name: "renewal-info",
    ofDirectory: true,
    path: /^renewal-info\/([A-Za-z0-9_.-]{1,128})$/,
    methods: { GET: renewalInfo, HEAD: renewalInfo },
  },
];
