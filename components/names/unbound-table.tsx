"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { UnboundCertificate } from "@/lib/names/schema";

const pageSize = 20;

const columns: readonly Column<UnboundCertificate>[] = [
  {
    key: "certificate",
    header: "Certificate",
    cell: ({ id, commonName, names }) => (
      <Link href={`/certificates/${id}`}>{commonName || names[0] || id}</Link>
    ),
  },
  {
    key: "identity",
    header: "Identity",
    cell: ({ identity }) => <Link href={`/identities/${identity.id}`}>{identity.name}</Link>,
  },
  {
    key: "names",
    header: "Not held",
    width: "grow",
    hideBelow: "sm",
    cell: ({ names }) => (
      <span className="font-mono text-xs" title={names.join("\n")}>
        {names.join(", ")}
      </span>
    ),
  },
  {
    key: "notAfter",
    header: "Expires",
    width: "fit",
    hideBelow: "md",
    cell: ({ notAfter }) => <Time at={notAfter} />,
  },
];

/** Certificates with names that their identity doesn't hold. */
export function UnboundTable({ items }: Readonly<{ items: readonly UnboundCertificate[] }>) {
  const [count, setCount] = useState(pageSize);
  return (
    <>
      <DataTable
        bare
        caption="Certificates that can't be renewed after names are enforced"
        columns={columns}
        rows={items.slice(0, count)}
        rowKey={({ id }) => id}
      />
      {count < items.length && (
        <div className="border-t border-border px-4 py-2">
          <Button
            variant="ghost"
            size="sm"
            onClick={() => {
              setCount(items.length);
            }}
          >
            Show all {plural(items.length, "certificate")}
          </Button>
        </div>
      )}
    </>
  );
}
