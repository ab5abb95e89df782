import { Card } from "@/components/ui/card";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { InstallRoot } from "./shared/install-root";

/** For a root whose certificate exists: how to trust it. Nothing for other CAs. */
export function InstallRootCard({ authority }: Readonly<{ authority: AuthorityDto }>) {
  const { kind, slug, fingerprintSha256, urls } = authority;
  if (kind !== "root" || fingerprintSha256 === null) return null;
  return (
    <div id="trust">
      <Card
        title="Trust this root"
        description="Install it on every system that is to trust certificates issued here."
      >
        <InstallRoot
          root={{
            slug,
            fingerprintSha256,
            pemUrl: urls.certificatePem,
            derUrl: urls.certificate,
          }}
        />
      </Card>
    </div>
  );
}
