import { CopyButton } from "./copy-button";

/** Text that is shown once, whole, with a button that copies it; `copyLabel` names the button. */
function SecretText({ text, copyLabel }: Readonly<{ text: string; copyLabel: string }>) {
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

/** Several of them, each with its label. */
export function SecretList({
  items,
}: Readonly<{ items: readonly Readonly<{ label: string; text: string }>[] }>) {
  return (
    <dl className="grid gap-2">
      {items.map(({ label, text }) => (
        <div
          key={label}
          className="flex items-center gap-3 rounded-lg border border-border bg-sunken py-1 pr-1 pl-3"
        >
          <dt className="w-20 shrink-0 text-xs text-muted sm:w-24">{label}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-2">
            <SecretText text={text} copyLabel={`Copy ${label}`} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
