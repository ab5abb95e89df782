"use client";

import { Download } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Row, Stack } from "@/components/ui/layout";
import { RadioCards } from "@/components/ui/radio-cards";
import { saveBlob } from "@/components/ui/save-text";
import type { KeyTools } from "./key-tools";
import { LeaveQuestion } from "./leave-question";
import { Pkcs12Password, usePkcs12Password } from "./pkcs12-password";

/** A key that is in this page only, and what its files are made with. */
export type UnsavedKey = Readonly<{
  /** The key as PKCS#8 in DER. */
  exportKey: () => Promise<Uint8Array>;
  /** Whether Chancery made it, not this page. */
  byServer: boolean;
  tools: KeyTools;
}>;

type Props = UnsavedKey &
  Readonly<{
    certificate: Readonly<{ pem: string; chainPem: string }>;
    /** Of the certificate; files are named after it. */
    name: string;
  }>;

type File = Readonly<{ name: string; type: string; bytes: string | Uint8Array }>;

const formats = [
  {
    value: "pkcs12",
    label: "PKCS#12",
    hint: "One encrypted file with key, certificate and chain, for browsers, Windows, macOS and Java.",
  },
  { value: "pem", label: "PEM", hint: "For nginx, Apache, HAProxy and curl. Not encrypted." },
  { value: "pkcs8", label: "PKCS#8", hint: "The private key alone, in DER. Not encrypted." },
  {
    value: "jks",
    label: "JKS",
    hint: "For old Java programs that read no PKCS#12. Weakly encrypted: keep the file as safe as the key.",
  },
] as const;

const pemType = "application/x-pem-file";

/**
 * Saves the private key once: it is nowhere but in this page. Every way out of the page asks first
 * until a file that has the key was saved.
 */
export function SaveKey({ exportKey, byServer, tools, certificate, name }: Props) {
  const [format, setFormat] = useState<(typeof formats)[number]["value"]>("pkcs12");
  const [savedAs, setSavedAs] = useState<string | null>(null);
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const password = usePkcs12Password();
  const base = name.replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 80);
  const save = async (make: (pkcs8: Uint8Array) => Promise<File> | File, hasKey = true) => {
    setState("busy");
    try {
      const pkcs8 = await exportKey();
      const file = await make(pkcs8);
      const part = typeof file.bytes === "string" ? file.bytes : Uint8Array.from(file.bytes);
      saveBlob(file.name, new Blob([part], { type: file.type }));
      if (hasKey) setSavedAs(file.name);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  const { files } = tools;
  const saveStore = (kind: StoreKind) =>
    save((pkcs8) => storeFile(kind, { tools, certificate, name, base, pkcs8 }, password.value));
  const savePem = (ending: string, text: (pkcs8: Uint8Array) => string, hasKey = true) =>
    save((pkcs8) => ({ name: `${base}${ending}`, type: pemType, bytes: text(pkcs8) }), hasKey);
  return (
    <Stack>
      <Notice savedAs={savedAs} byServer={byServer} />
      <RadioCards
        label="Format"
        name="key-format"
        columns={2}
        options={formats}
        value={format}
        onChange={(value) => {
          setFormat(formats.find((one) => one.value === value)?.value ?? "pkcs12");
        }}
      />
      {(format === "pkcs12" || format === "jks") && <Pkcs12Password password={password} />}
      {state === "failed" && (
        <Banner tone="danger" live title="The file couldn’t be made.">
          The key is still here. Try again, or choose another format.
        </Banner>
      )}
      <Row>
        {(format === "pkcs12" || format === "jks") && (
          <SaveButton
            primary
            busy={state === "busy"}
            blocker={password.problem ?? undefined}
            onSave={() => saveStore(format)}
          >
            Download {format === "jks" ? "JKS" : "PKCS#12"}
          </SaveButton>
        )}
        {format === "pem" && (
          <>
            <SaveButton
              primary
              busy={state === "busy"}
              onSave={() => savePem("-with-key.pem", (pkcs8) => files.wholePem(pkcs8, certificate))}
            >
              Download all in one file
            </SaveButton>
            <SaveButton onSave={() => savePem("-key.pem", files.keyPem)}>Key</SaveButton>
            <SaveButton
              onSave={() => savePem("-full.pem", () => files.chainPem(certificate), false)}
            >
              Certificate and chain
            </SaveButton>
          </>
        )}
        {format === "pkcs8" && (
          <SaveButton
            primary
            busy={state === "busy"}
            onSave={() =>
              save((bytes) => ({ name: `${base}.key.der`, type: "application/pkcs8", bytes }))
            }
          >
            Download PKCS#8
          </SaveButton>
        )}
      </Row>
      <LeaveQuestion active={savedAs === null} />
    </Stack>
  );
}

type StoreKind = "pkcs12" | "jks";
type StoreParts = Readonly<{ base: string; pkcs8: Uint8Array }> &
  Pick<Props, "tools" | "certificate" | "name">;

/** Key, certificate and chain in one file under a password. */
async function storeFile(
  kind: StoreKind,
  { tools, certificate, name, base, pkcs8 }: StoreParts,
  password: string,
): Promise<File> {
  const common = { pkcs8, certificates: tools.files.chainDer(certificate), password };
  const { crypto } = globalThis;
  return kind === "jks"
    ? {
        name: `${base}.jks`,
        type: "application/x-java-keystore",
        bytes: await tools.makeJks(crypto, {
          ...common,
          alias: name,
          salt: crypto.getRandomValues(new Uint8Array(20)),
          createdAt: new Date(),
        }),
      }
    : {
        name: `${base}.p12`,
        type: "application/x-pkcs12",
        bytes: await tools.makePkcs12(crypto, { ...common, friendlyName: name }),
      };
}

function Notice({ savedAs, byServer }: Readonly<{ savedAs: string | null; byServer: boolean }>) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that issued is far below on a phone.
    place.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <div ref={place}>
      {savedAs === null ? <NotSaved byServer={byServer} /> : <Saved as={savedAs} />}
    </div>
  );
}

const NotSaved = ({ byServer }: Readonly<{ byServer: boolean }>) => (
  <Banner tone="warning" live title="Download the private key now.">
    {byServer
      ? "Chancery keeps no copy of this key, so it can’t be downloaded later. It is in this page only."
      : "Chancery never sees this key, so it can’t be downloaded later. It is in this page only."}
  </Banner>
);

const Saved = ({ as }: Readonly<{ as: string }>) => (
  <Banner tone="success" live title={`The key is in ${as}.`}>
    Check that the file is there. Until you leave this page, you can download the key again, in any
    format.
  </Banner>
);

function SaveButton({
  primary = false,
  busy = false,
  blocker,
  onSave,
  children,
}: Readonly<{
  primary?: boolean;
  busy?: boolean;
  blocker?: string | undefined;
  onSave: () => Promise<void>;
  children: ReactNode;
}>) {
  return (
    <Button
      variant={primary ? "primary" : "secondary"}
      icon={<Download aria-hidden />}
      loading={busy}
      disabledReason={blocker}
      onClick={() => {
        void onSave();
      }}
    >
      {children}
    </Button>
  );
}
