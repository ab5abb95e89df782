import clsx from "clsx";
import { ArrowRight, Laptop, Network, ShieldCheck, type LucideIcon } from "lucide-react";

type Node = Readonly<{ key: string; label: string; icon: LucideIcon; counts: boolean }>;

const proxyAddresses = ["10.0.0.5", "10.0.0.6"] as const;

/**
 * The chain from the client to Chancery, which address in it is used, and its position in
 * X-Forwarded-For.
 */
export function HopsDiagram({ hops }: Readonly<{ hops: number }>) {
  const others = Math.max(0, hops - 1),
    drawn = Math.min(others, 2);
  const nodes: Node[] = [
    { key: "client", label: "Client", icon: Laptop, counts: hops > 0 },
    ...Array.from({ length: drawn }, (_, at): Node => ({
      key: `front-${at}`,
      label: others > 2 && at === 1 ? `${others - 1} more` : "Proxy",
      icon: Network,
      counts: false,
    })),
    { key: "this", label: "This proxy", icon: Network, counts: hops === 0 },
    { key: "chancery", label: "Chancery", icon: ShieldCheck, counts: false },
  ];
  return (
    <figure className="rounded-lg border border-border bg-sunken p-3">
      <ol className="flex flex-wrap items-center gap-x-1.5 gap-y-2" aria-label="Path of a request">
        {nodes.map(({ key, label, icon: Icon, counts }, at) => (
          <li key={key} className="flex items-center gap-1.5">
            {at > 0 && <ArrowRight aria-hidden className="size-3.5 text-muted" />}
            <span
              className={clsx(
                "inline-flex h-8 items-center gap-1.5 rounded-md border px-2 text-xs whitespace-nowrap",
                counts
                  ? "border-accent bg-accent-soft font-medium"
                  : "border-border bg-raised text-muted",
              )}
            >
              <Icon aria-hidden className="size-3.5" />
              {label}
              {counts && <span className="sr-only">, the client address</span>}
            </span>
          </li>
        ))}
      </ol>
      <figcaption className="mt-3 flex flex-col gap-1.5 text-xs text-muted">
        {hops === 0 ? (
          <span>Chancery uses the address of the proxy itself and ignores X-Forwarded-For.</span>
        ) : (
          <ForwardedFor hops={hops} />
        )}
      </figcaption>
    </figure>
  );
}

function ForwardedFor({ hops }: Readonly<{ hops: number }>) {
  const behind = hops > 3 ? ["…", proxyAddresses[1]] : proxyAddresses.slice(0, hops - 1);
  return (
    <>
      <span className="font-mono break-words">
        X-Forwarded-For: <s className="decoration-denied">198.51.100.66</s>,{" "}
        <strong className="rounded-sm bg-accent-soft px-1 font-semibold text-text">
          203.0.113.9
        </strong>
        {behind.map((address) => `, ${address}`)}
      </span>
      <span>
        Chancery uses the{" "}
        {hops === 1 ? "last" : hops === 2 ? "second to last" : `${ordinal(hops)} from the right`}{" "}
        address. Anything to the left of it can be forged.
      </span>
    </>
  );
}

const ordinal = (place: number): string => (place === 3 ? "3rd" : `${place}th`);
