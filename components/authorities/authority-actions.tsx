"use client";

import { RefreshCw, Replace } from "lucide-react";
import { useRouter } from "next/navigation";
import { ErrorBanner } from "@/components/forms/error-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { Button, ButtonLink } from "@/components/ui/button";
import { DownloadSplitButton, type DownloadFile } from "@/components/ui/split-button";
import type { ServerAction } from "@/lib/auth/types";
import type { AuthorityDto } from "@/lib/authorities/schema";

type Props = Readonly<{
  authority: AuthorityDto;
  publish: ServerAction<AuthorityDto>;
  may: Readonly<{ publish: boolean; create: boolean }>;
}>;

/** The actions for one CA: its files, its CRL, and another CA in its place. */
export function AuthorityActions({ authority, publish, may }: Props) {
  const { id, kind, status, certificatePem } = authority;
  const { state, pending, run } = useAction(publish);
  const router = useRouter();
  const press = async () => {
    const answer = await run({ id });
    if (!answer.ok) return;
    showReceipt("CRL published.", answer);
    router.refresh();
  };
  return (
    <>
      {may.create && kind === "issuing" && status === "active" && (
        <ButtonLink href={`/authorities/new?replaces=${id}`} icon={<Replace aria-hidden />}>
          Replace
        </ButtonLink>
      )}
      {may.publish && (status === "active" || status === "retired") && (
        <Button
          icon={<RefreshCw aria-hidden />}
          loading={pending}
          onClick={() => {
            void press();
          }}
        >
          Publish CRL now
        </Button>
      )}
      {certificatePem !== null && (
        <DownloadSplitButton label="Download" files={filesOf(authority)} />
      )}
      {state?.ok === false && (
        <div className="w-full">
          <ErrorBanner failure={state} fields={[]} />
        </div>
      )}
    </>
  );
}

function filesOf({ slug, kind, crl }: AuthorityDto): readonly [DownloadFile, ...DownloadFile[]] {
  return [
    { href: `/ca/${slug}.pem`, label: "Certificate (PEM)", hint: "For most programs" },
    { href: `/ca/${slug}.cer`, label: "Certificate (DER)", hint: "For Windows and Java" },
    ...(kind === "root"
      ? []
      : [
          {
            href: `/ca/${slug}/chain.pem`,
            label: "Chain (PEM)",
            hint: "With the CAs above it, without the root",
          },
        ]),
    ...(crl === null ? [] : [{ href: `/crl/${slug}.crl`, label: "CRL (DER)" }]),
  ];
}
