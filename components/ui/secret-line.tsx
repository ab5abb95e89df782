import { CopyButton } from "./copy-button";

/** Text that is shown once, whole, with a button that copies it; `copyLabel` names the button. */
export function SecretText({ text, copyLabel }: Readonly<{ text: string; copyLabel: string }>) {
  return (
    <>
      <code data-secret className="min-w-0 flex-1 font-mono text-xs break-all">
        {text}
      </code>
      <CopyButton text={text} label={copyLabel} />
    </>
  );
}

/** The same in a box of its own. */
export function SecretLine(props: Readonly<{ text: string; copyLabel: string }>) {
  return (
    <div className="flex items-center gap-2 rounded-lg border border-border bg-sunken p-3">
      <SecretText {...props} />
    </div>
  );
}
