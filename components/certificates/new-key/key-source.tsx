import { Banner } from "@/components/ui/banner";
import { RadioCards } from "@/components/ui/radio-cards";

/** Where the key of a certificate comes from. */
export type KeySource = "paste" | "create" | "server";

const options = [
  {
    value: "paste",
    label: "Paste a CSR",
    hint: "The private key stays where it was created.",
  },
  {
    value: "create",
    label: "Create a key here",
    hint: "Your browser creates it, and you download it. Chancery never sees it.",
  },
] as const;
const byChancery = {
  value: "server",
  label: "Have Chancery create it",
  hint: "Chancery creates it and hands it to you once. Only if it can’t be created elsewhere.",
} as const;

/** The choice between a key that exists elsewhere and one that is made in this page or by Chancery. */
export function KeySourceField({
  source,
  allowsServer,
  onSource,
}: Readonly<{
  source: KeySource;
  /** Whether the profile lets Chancery make the key. */
  allowsServer: boolean;
  onSource: (source: KeySource) => void;
}>) {
  return (
    <>
      <RadioCards
        label="Key"
        name="source"
        columns={allowsServer ? 1 : 2}
        options={allowsServer ? [...options, byChancery] : options}
        value={source}
        onChange={(value) => {
          onSource(value === "create" || value === "server" ? value : "paste");
        }}
      />
      {source === "server" && (
        <Banner tone="warning" title="A key created in your browser is safer.">
          Chancery would have this key in its memory, send it to you, and keep no copy. Anyone who
          controls Chancery at that moment could keep one. Your browser creates the same key without
          anyone else having it.
        </Banner>
      )}
    </>
  );
}
