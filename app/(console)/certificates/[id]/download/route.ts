import { certificateName } from "@/components/certificates/certificate-name";
import { openPage } from "@/lib/auth/page";
import { getCertificate } from "@/lib/certificates/get-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { derOf } from "@/lib/pki/pem";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";

type File = Readonly<{ body: string | Uint8Array<ArrayBuffer>; type: string; suffix: string }>;
const pemType = "application/x-pem-file";

function fileOf({ pem, chainPem }: CertificateDto, format: string): File | null {
  if (pem === null) return null;
  switch (format) {
    case "pem":
      return { body: pem, type: pemType, suffix: ".pem" };
    case "der":
      return {
        body: new Uint8Array(derOf(pem, "CERTIFICATE")),
        type: "application/pkix-cert",
        suffix: ".cer",
      };
    case "chain":
      return { body: chainPem, type: pemType, suffix: "-chain.pem" };
    case "full":
      return { body: `${pem.trimEnd()}\n${chainPem}`, type: pemType, suffix: "-full.pem" };
    default:
      return null;
  }
}

/**
 * A certificate as a file: `format` is pem, der, chain (the issuer and above, without the root) or
 * full (both).
 */
export async function GET(
  request: Request,
  { params }: Readonly<{ params: Promise<{ id: string }> }>,
): Promise<Response> {
  const { id } = await params;
  const { actor, deps } = await openPage("certificates.read", {
    action: "certificate.read",
    target: { kind: "certificate", id, label: id },
  });
  const certificate = await nullIfNotFound(getCertificate(deps, actor, id));
  const file =
    certificate && fileOf(certificate, new URL(request.url).searchParams.get("format") ?? "pem");
  if (!certificate || !file)
    return new Response("File not found. The format must be pem, der, chain or full.\n", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  const name = certificateName(certificate)
    .replace(/[^A-Za-z0-9.-]+/g, "_")
    .slice(0, 80);
  return new Response(file.body, {
    headers: {
      "content-type": file.type,
      "content-disposition": `attachment; filename="${name}${file.suffix}"`,
      "cache-control": "no-store",
    },
  });
}
