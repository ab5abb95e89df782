"use client";

import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { saveText } from "@/components/ui/save-text";

const example = `identity,profile,file
payments-api,tls-server,payments-api.csr
ledger,tls-client-service,ledger.csr
`;

/** What a CSV file looks like, until there is one. */
export function ExampleFiles() {
  return (
    <Card
      title="Example"
      description="A row for each certificate. The column csr takes the CSR itself, as PEM in quotes, in place of file."
      aside={
        <Button
          size="sm"
          icon={<Download aria-hidden />}
          onClick={() => {
            saveText("requests.csv", example, "text/csv;charset=utf-8");
          }}
        >
          Download CSV
        </Button>
      }
    >
      <CodeBlock label="requests.csv" code={example} />
    </Card>
  );
}
