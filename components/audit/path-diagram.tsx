"use client";

import { Network } from "lucide-react";
import { useState } from "react";
import { MonoId } from "@/components/ui/mono-id";
import { ScrollBox } from "@/components/ui/scroll-box";
import { TableToggle } from "@/components/ui/table-toggle";
import { formatCount, plural } from "@/lib/format/count";
import { shortHex } from "@/lib/format/identifier";
import type { PathStep, Span } from "@/components/log/shared/audit-path";

/** A step with its hashes; empty while they are not computed. */
export type DrawnStep = PathStep & Readonly<{ hashHex: string; siblingHex: string }>;
type Props = Readonly<{ seq: number; leafHex: string; steps: readonly DrawnStep[] }>;

const spanLabel = ({ from, to }: Span): string =>
  to - from === 1
    ? `entry ${formatCount(from)}`
    : `entries ${formatCount(from)} to ${formatCount(to - 1)}`;

/** The path from an entry to the root, as a tree with the root on top, or as a table. */
export function PathDiagram({ seq, leafHex, steps }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="flex min-w-0 flex-col gap-1">
      <figcaption className="flex items-center justify-between gap-3">
        <span className="text-sm font-medium">
          Path to the root{" "}
          <span className="font-normal text-muted">
            {steps.length === 0
              ? "is empty: this entry is the whole log"
              : `in ${plural(steps.length, "step")}`}
          </span>
        </span>
        <TableToggle
          asTable={asTable}
          onChange={setAsTable}
          drawn={{ name: "diagram", icon: Network }}
        />
      </figcaption>
      {asTable ? <PathTable steps={steps} /> : <Tree seq={seq} leafHex={leafHex} steps={steps} />}
    </figure>
  );
}

function Tree({ seq, leafHex, steps }: Props) {
  const down = steps.toReversed();
  return (
    <ol aria-label="From the root to the entry" className="flex flex-col text-xs">
      {down.map((step, at) => (
        <li key={step.node.from + ":" + step.node.to} className="flex h-9 items-stretch gap-3">
          <Branch
            side={at === 0 ? null : sideBelow(down[at - 1])}
            next={sideBelow(step)}
            last={false}
          />
          <p className="flex min-w-0 flex-1 items-center gap-2 self-start leading-5">
            <NodeLabel
              what={at === 0 ? "Root" : "Node"}
              of={`${formatCount(step.node.from)}–${formatCount(step.node.to - 1)}`}
              hex={step.hashHex}
            />
          </p>
        </li>
      ))}
      <li className="flex h-9 items-stretch gap-3">
        <Branch side={down.length === 0 ? null : sideBelow(down.at(-1))} next={null} last />
        <p className="flex min-w-0 flex-1 items-center gap-2 self-start leading-5 font-medium">
          <NodeLabel what="Entry" of={formatCount(seq)} hex={leafHex} />
        </p>
      </li>
    </ol>
  );
}

function NodeLabel({ what, of, hex }: Readonly<{ what: string; of: string; hex: string }>) {
  return (
    <>
      <span className="min-w-0 truncate">
        {what} <span className="font-normal text-muted">{of}</span>
      </span>
      <span className="ml-auto shrink-0 font-mono font-normal text-muted">
        {hex === "" ? "…" : shortHex(hex, 1)}
      </span>
    </>
  );
}

/** Below a node, the path continues on the side opposite to the sibling. */
const sideBelow = (step: PathStep | undefined): "left" | "right" | null =>
  step === undefined ? null : step.side === "left" ? "right" : "left";
const centre = 40,
  swing = 12,
  row = 36,
  dot = 10;
const xOf = (turn: "left" | "right" | null): number =>
  turn === null ? centre : centre + (turn === "left" ? -swing : swing);

/**
 * One level: the node of the path, and below it two lines, to the next node and to the sibling from
 * the proof.
 */
function Branch({
  side,
  next,
  last,
}: Readonly<{ side: "left" | "right" | null; next: "left" | "right" | null; last: boolean }>) {
  const x = xOf(side),
    down = xOf(next),
    sibling = next === "left" ? down + swing * 3 : down - swing * 3;
  return (
    <svg
      aria-hidden
      width={80}
      height={row}
      viewBox={`0 0 80 ${row}`}
      className="shrink-0 overflow-visible"
    >
      {next !== null && (
        <>
          <path
            d={`M${x} ${dot} L${sibling} ${row + dot}`}
            className="fill-none stroke-edge [stroke-dasharray:2_3]"
          />
          <path
            d={`M${x} ${dot} L${down} ${row + dot}`}
            className="fill-none stroke-accent"
            strokeWidth={2}
          />
          <rect
            x={sibling - 4}
            y={row + dot - 4}
            width={8}
            height={8}
            rx={2}
            className="fill-raised stroke-edge"
          />
        </>
      )}
      <circle
        cx={x}
        cy={dot}
        r={last ? 6 : 4.5}
        className={last ? "fill-accent" : "fill-raised stroke-accent"}
        strokeWidth={2}
      />
    </svg>
  );
}

function PathTable({ steps }: Readonly<{ steps: readonly DrawnStep[] }>) {
  return (
    <ScrollBox label="Path to the root" className="overflow-x-auto">
      <table className="w-full text-xs">
        <thead className="bg-sunken text-left text-muted">
          <tr>
            {["Step", "Combined with", "Side", "Sibling hash", "Result"].map((label) => (
              <th key={label} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ side, sibling, node, siblingHex, hashHex }, at) => (
            <tr
              key={node.from + ":" + node.to}
              className="border-t border-border whitespace-nowrap"
            >
              <th scope="row" className="px-3 py-1 text-left font-normal">
                {at + 1}
              </th>
              <td className="px-3 py-1">{spanLabel(sibling)}</td>
              <td className="px-3 py-1">{side}</td>
              <td className="px-3 py-1">
                {siblingHex && <MonoId value={siblingHex} label={`sibling ${at + 1}`} />}
              </td>
              <td className="px-3 py-1">
                {hashHex && <MonoId value={hashHex} label={`node ${at + 1}`} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
