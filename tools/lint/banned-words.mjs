// The words that docs/glossary.md replaces. Each row: what is matched, and what to write instead.
// `except` names the uses that are plain English or somebody else's term.

/** @typedef {{ match: RegExp, write: string, except?: RegExp }} Rule */

/** @type {readonly Rule[]} */
export const rules = [
  { match: /\bmend(?:s|ed|ing)?\b/gi, write: "fix" },
  {
    match: /\b(?:stands?|stood)\b/gi,
    write: "is, appears, or is recorded",
    except: /\b(?:stands?|stood) (?:for|in for)\b|\bstand-(?:in|ins|alone|by)\b/gi,
  },
  { match: /\b(?:lies|lying)\b/gi, write: "is, or is located" },
  { match: /\banew\b/gi, write: "again" },
  { match: /\bwho(?:so)?m?ever\b/gi, write: "anyone who, or the person who" },
  { match: /\bfor good\b/gi, write: "permanently", except: /\bfor good reasons?\b/gi },
  { match: /\bfor ever\b/gi, write: "permanently, or indefinitely" },
  {
    match: /\b(?:the|an|this|that|each|every|no|any|one|whose|its) act\b|\bacts\b/gi,
    write: "action",
    except: /\bacts (?:as|like|for|on behalf)\b/gi,
  },
  { match: /\bin force\b/gi, write: "valid, or active" },
  { match: /\bbeside\b/gi, write: "next to, or with" },
  { match: /\bsomebody\b/gi, write: "someone, a user, or Unauthenticated" },
  { match: /\bnobody\b/gi, write: "no one", except: /\bnobody@|\bnobody:|\buser nobody\b/gi },
  { match: /\banybody\b/gi, write: "anyone" },
  { match: /\b(?:is|are|was|were|be|been) told\b/gi, write: "is notified, or learns" },
  { match: /\bhears?\b|\bheard\b/gi, write: "learns, or is notified" },
  { match: /\bheed(?:s|ed|ing)?\b/gi, write: "follow" },
  { match: /\bof (?:its|their|his|her|our|one's) own\b/gi, write: "its own …" },
  { match: /\bof ours\b/gi, write: "our …" },
  { match: /\bthe house\b/gi, write: "Chancery" },
  { match: /\bthe rolls\b/gi, write: "the audit log" },
  { match: /\bdoors?\b/gi, write: "gateway" },
  { match: /\bturn(?:s|ed)? away\b/gi, write: "deny" },
  { match: /\bthereby\b/gi, write: "(leave it out)" },
  { match: /\b(?:say|says|said) so\b/gi, write: "what it says" },
  { match: /\bby and by\b/gi, write: "gradually" },
  { match: /\bon the record\b/gi, write: "in the audit log" },
  { match: /\bpassphrases?\b/gi, write: "password" },
  { match: /\be-mails?\b/gi, write: "email" },
  { match: /\bhost names?\b/gi, write: "hostname" },
  {
    match:
      /\b\w*(?:organ|author|recogn|normal|serial|initial|summar|minim|maxim|util|custom|synchron|final|neutral|canonical|categor|prioriti|standard|central)is(?:e|es|ed|er|ers|ing|ation|ations)\b/gi,
    write: "the US spelling (-ize)",
  },
  { match: /\b(?:un)?colour(?:s|ed|ing)?\b/gi, write: "color" },
  { match: /\bcancell(?:ed|ing)\b/gi, write: "canceled" },
  { match: /\bbehaviours?\b/gi, write: "behavior" },
  {
    match: /\b(?:favour|honour|neighbour)(?:s|ed|ing|ite|ites)?\b/gi,
    write: "the US spelling (-or)",
  },
  { match: /\blicences?\b/gi, write: "license" },
];

/** Where a banned word is data, not copy: a file, the words there, and the reason. */
export const allowed = [
  [/^docs\/glossary\.md$/, /./, "names the words that it replaces"],
  [/^CHANGELOG\.md$/, /^door$/, "the earlier name of a process, which is what the item is about"],
  [/^docs\/by-example\.md$/, /passphrase/, "the password in the script, which runs as it stands"],
  [/^tools\/lint\/(?:banned-words|copy-words)/, /./, "holds the list"],
];
