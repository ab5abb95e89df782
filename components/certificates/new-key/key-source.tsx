import { RadioCards } from "@/components/ui/radio-cards";

/** Where the key of a certificate comes from. */
export type KeySource = "paste" | "create";

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

/** The choice between a key that exists elsewhere and one that is made in this page. */
export function KeySourceField({
  source,
  onSource,
}: Readonly<{ source: KeySource; onSource: (source: KeySource) => void }>) {
  return (
    <RadioCards
      label="Key"
      name="source"
      columns={2}
      options={options}
      value={source}
      onChange={(value) => {
        onSource(value === "create" ? "create" : "paste");
      }}
    />
  );
}
