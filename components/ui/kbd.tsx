/** Keys: `["g", "c"]` for one after the other, `["Ctrl", "K"]` with `together` for a combination. */
export function Kbd({
  keys,
  together = false,
}: Readonly<{ keys: readonly string[]; together?: boolean | undefined }>) {
  return (
    <span className="inline-flex items-center gap-0.5">
      {keys.map((key, index) => (
        <span key={key} className="inline-flex items-center gap-0.5">
          {index > 0 && <span className="sr-only">{together ? "plus" : "then"}</span>}
          <kbd className="min-w-4.5 rounded-sm border border-border bg-sunken px-1 text-center font-sans text-2xs text-muted">
            {key}
          </kbd>
        </span>
      ))}
    </span>
  );
}
