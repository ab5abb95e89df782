"use client";

import clsx from "clsx";
import { LoaderCircle, Search, X } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { controlStyle } from "./control-style";

/** How long typing has to pause before the list follows. */
const pauseMs = 180;

type Props = Readonly<{
  label: string;
  placeholder?: string | undefined;
  /** The query parameter that it writes. */ name?: string | undefined;
  /** Parameters that a new search drops. */ drop?: readonly string[] | undefined;
}>;

/** Searches while typing: writes its words into the URL, keeps the other filters, goes back to the first page. The key `/` focuses it. */
export function SearchInput({ label, placeholder, name = "q", drop = ["cursor"] }: Props) {
  const router = useRouter(),
    path = usePathname(),
    parameters = useSearchParams();
  const inUrl = parameters.get(name) ?? "";
  const [text, setText] = useState(inUrl);
  const [searching, startSearch] = useTransition();
  const sent = useRef(inUrl),
    timer = useRef<ReturnType<typeof setTimeout>>(undefined),
    box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (inUrl !== sent.current) {
      sent.current = inUrl;
      setText(inUrl);
    }
  }, [inUrl]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const go = (words: string) => {
    sent.current = words.trim();
    const next = new URLSearchParams(parameters);
    for (const key of drop) next.delete(key);
    if (sent.current) next.set(name, sent.current);
    else next.delete(name);
    startSearch(() => {
      router.replace(next.size > 0 ? `${path}?${next.toString()}` : path, { scroll: false });
    });
  };
  const type = (words: string) => {
    setText(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      go(words);
    }, pauseMs);
  };
  const clear = () => {
    clearTimeout(timer.current);
    setText("");
    go("");
    box.current?.focus();
  };
  return (
    <form
      role="search"
      className="relative w-full sm:w-72"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(timer.current);
        go(text);
      }}
    >
      {searching ? (
        <LoaderCircle
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 animate-spin text-muted"
        />
      ) : (
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted"
        />
      )}
      <input
        ref={box}
        type="search"
        name={name}
        aria-label={label}
        placeholder={placeholder ?? label}
        value={text}
        data-search
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          type(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && text) {
            event.preventDefault();
            clear();
          }
        }}
        className={clsx(controlStyle, "h-8 px-8 pointer-coarse:h-10")}
      />
      {text && (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={clear}
          className="absolute top-1/2 right-1.5 grid size-6 -translate-y-1/2 place-items-center rounded-sm text-muted hover:text-text"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </form>
  );
}
