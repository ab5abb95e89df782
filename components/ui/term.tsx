"use client";

import { useId, useState } from "react";

/**
 * A word with its meaning, as a tooltip on hover and on keyboard focus, and in the text itself once
 * it is pressed, as on a screen without either.
 */
export function Term({ word, meaning }: Readonly<{ word: string; meaning: string }>) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-tip={open ? undefined : meaning}
        onClick={() => {
          setOpen(!open);
        }}
        className="cursor-help rounded-sm underline decoration-dotted underline-offset-2 hover:text-text"
      >
        {word}
      </button>
      {open && (
        <span id={id} className="text-text">
          {" "}
          ({meaning})
        </span>
      )}
    </>
  );
}
