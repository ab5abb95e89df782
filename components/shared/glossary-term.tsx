import { Term } from "@/components/ui/term";
import { glossary, type GlossaryWord } from "./glossary";

/** A word of the glossary, with its meaning. */
export const GlossaryTerm = ({ word }: Readonly<{ word: GlossaryWord }>) => (
  <Term word={word} meaning={glossary[word]} />
);
