import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Link } from "@/components/ui/link";
import { Tabs } from "@/components/ui/tabs";
import { snippets, type SnippetFacts } from "./snippets";

/** What a proxy needs to ask about this service, ready to be copied. */
export function ProxySnippets({ facts, withProxies }: Readonly<{ facts: SnippetFacts; withProxies: boolean }>) {
  return (
    <Card title="Ask from a proxy" description={<>The proxy shows a certificate of its own, of an identity that is {withProxies ? <Link href="/settings/proxies">trusted as a proxy</Link> : "trusted as a proxy"}.</>}>
      <Tabs label="Proxy" tabs={snippets.map(({ kind, label, write }) => ({ value: kind, label, content: <CodeBlock short label={`${label} for ${facts.service}`} code={write(facts)} /> }))} />
    </Card>
  );
}
