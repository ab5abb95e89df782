"use client";

import clsx from "clsx";
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { HistogramStep } from "@/lib/log/schema";
import { countOf, describeStep, legend } from "./text";
import { stepText } from "@/components/audit/time-text";

type Props = Readonly<{
  steps: readonly HistogramStep[];
  stepMs: number;
  /** The bar under the pointer or the focus, to be described. */
  onShow: (step: number | null) => void;
  onSelect: (first: number, last: number) => void;
}>;

/** `anchor`: where the selection began; `at`: where it is now. */
type Selection = Readonly<{ anchor: number; at: number }>;
const isIn = (step: number, { anchor, at }: Selection): boolean =>
  step >= Math.min(anchor, at) && step <= Math.max(anchor, at);

/** Bars to select from by dragging, or with the arrow keys (Shift extends) and Enter. */
export function HistogramBars({ steps, stepMs, onShow, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [selection, setSelection] = useState<Selection | null>(null);
  const [focused, setFocused] = useState(steps.length - 1);
  const [dragging, setDragging] = useState(false);
  const most = Math.max(...steps.map(countOf));
  const inside = (step: number) => Math.min(Math.max(step, 0), steps.length - 1);
  const stepAt = ({ clientX }: PointerEvent): number => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return inside(Math.floor(((clientX - left) / width) * steps.length));
  };
  const apply = ({ anchor, at }: Selection) => {
    setSelection(null);
    onSelect(Math.min(anchor, at), Math.max(anchor, at));
  };
  const moveByKey = (event: KeyboardEvent) => {
    const target = keyTarget(event.key, focused, steps.length);
    if (event.key === "Escape") setSelection(null);
    if (target === null) return;
    event.preventDefault();
    const at = inside(target);
    setFocused(at);
    setSelection(event.shiftKey ? { anchor: selection?.anchor ?? focused, at } : null);
    box.current?.querySelectorAll("button")[at]?.focus();
  };
  return (
    <>
      <div
        ref={box}
        role="group"
        aria-label="Select a time: arrow keys move, Shift extends, Enter filters"
        className="flex min-h-0 flex-1 cursor-crosshair touch-pan-y items-stretch select-none"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = stepAt(event);
          setDragging(true);
          setFocused(at);
          setSelection({ anchor: at, at });
        }}
        onPointerMove={(event) => {
          const at = stepAt(event);
          onShow(at);
          if (dragging && selection) setSelection({ ...selection, at });
        }}
        onPointerUp={(event) => {
          if (dragging && selection) apply({ ...selection, at: stepAt(event) });
          setDragging(false);
        }}
        onPointerCancel={() => {
          setDragging(false);
          setSelection(null);
        }}
        onPointerLeave={() => {
          onShow(null);
        }}
      >
        {steps.map((step, n) => (
          <button
            key={step.from}
            type="button"
            tabIndex={n === focused ? 0 : -1}
            aria-label={describeStep(step, stepMs)}
            aria-pressed={selection !== null && isIn(n, selection)}
            className={clsx(
              "min-w-0 flex-1 cursor-crosshair rounded-sm px-px hover:bg-hover focus-visible:outline-1",
              selection !== null && isIn(n, selection) && "bg-accent-soft hover:bg-accent-soft",
            )}
            onKeyDown={moveByKey}
            onFocus={() => {
              setFocused(n);
              onShow(n);
            }}
            onBlur={() => {
              onShow(null);
            }}
            onClick={(event) => {
              // The pointer selects by itself; this is Enter, Space or a screen reader.
              if (event.detail === 0)
                apply(selection !== null && isIn(n, selection) ? selection : { anchor: n, at: n });
            }}
          >
            <Bar step={step} most={most} />
          </button>
        ))}
      </div>
      <div aria-hidden className="flex justify-between gap-3 text-xs text-muted">
        <span className="truncate">{startText(steps[0], stepMs)}</span>
        <span className="truncate max-sm:hidden">Drag to filter by time</span>
        <span className="truncate">{startText(steps.at(-1), stepMs)}</span>
      </div>
    </>
  );
}

const startText = (step: HistogramStep | undefined, stepMs: number): string =>
  step ? (stepText(step.from, stepMs).split(" to ")[0] ?? "") : "";

function keyTarget(key: string, at: number, count: number): number | null {
  if (key === "ArrowLeft" || key === "ArrowDown") return at - 1;
  if (key === "ArrowRight" || key === "ArrowUp") return at + 1;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

function Bar({ step, most }: Readonly<{ step: HistogramStep; most: number }>) {
  // At least 2 of 100 high, so that one entry beside thousands can be seen.
  const scaled = legend.map(({ key, bar }) => ({
    bar,
    height: step[key] === 0 ? 0 : Math.max(2, (step[key] / most) * 100),
  }));
  const sum = Math.max(
    100,
    scaled.reduce((total, { height }) => total + height, 0),
  );
  return (
    <svg aria-hidden viewBox={`0 0 10 ${sum}`} preserveAspectRatio="none" className="size-full">
      {scaled.map(({ bar, height }, n) => (
        <rect
          key={bar}
          width="10"
          height={height}
          y={sum - scaled.slice(0, n + 1).reduce((total, part) => total + part.height, 0)}
          className={bar}
        />
      ))}
    </svg>
  );
}
