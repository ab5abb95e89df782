import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Link } from "@/components/ui/link";
import { Tabs } from "@/components/ui/tabs";
import type { Snippet } from "./snippets";

/** The configuration a proxy needs to authorize requests for this service, ready to copy. */
export function ProxySnippets({
  service,
  snippets,
  withProxies,
}: Readonly<{ service: string; snippets: readonly Snippet[]; withProxies: boolean }>) {
  if (snippets.length === 0) return null;
  return (
    <Card
      title="Configure your proxy"
      description={
        <>
          The proxy must present its own client certificate, issued to an identity that is{" "}
          {withProxies ? (
            <Link href="/settings/proxies">trusted as a proxy</Link>
          ) : (
            "trusted as a proxy"
          )}
          .
        </>
      }
    >
      <Tabs
        label="Proxy"
        tabs={snippets.map(({ kind, label, file, code }) => ({
          value: kind,
          label,
          content: (
            <CodeBlock
              short
              label={`${label} for ${service}`}
              aside={<span className="hidden truncate sm:inline">{file}</span>}
              code={code}
            />
          ),
        }))}
      />
    </Card>
  );
}
