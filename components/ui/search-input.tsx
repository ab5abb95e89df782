"use client";

import clsx from "clsx";
import { LoaderCircle, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { controlStyle } from "./control-style";
import { useListParams } from "./use-list-params";

/** How long typing must pause before the list updates. */
const pauseMs = 180;

type Props = Readonly<{
  label: string;
  placeholder?: string | undefined;
  /** The URL parameter that it writes. */ name?: string | undefined;
  /** URL parameters that a new search removes. */ drop?: readonly string[] | undefined;
}>;

/**
 * Searches while the user types: writes the query into the URL, keeps the other filters, returns to
 * the first page. The key `/` focuses it.
 */
export function SearchInput({ label, placeholder, name = "q", drop = ["cursor"] }: Props) {
  const { parameters, change, pending: searching } = useListParams();
  const inUrl = parameters.get(name) ?? "";
  const [text, setText] = useState(inUrl);
  const sent = useRef(inUrl);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const box = useRef<HTMLInputElement>(null);
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
  const navigate = (query: string) => {
    sent.current = query.trim();
    change((next) => {
      for (const key of drop) next.delete(key);
      if (sent.current) next.set(name, sent.current);
      else next.delete(name);
    });
  };
  const changeText = (query: string) => {
    setText(query);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      navigate(query);
    }, pauseMs);
  };
  const clear = () => {
    clearTimeout(timer.current);
    setText("");
    navigate("");
    box.current?.focus();
  };
  return (
    <form
      role="search"
      aria-label={label}
      className="relative col-span-2 w-full sm:w-64"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(timer.current);
        navigate(text);
      }}
    >
      <SearchIcon searching={searching} />
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
          changeText(event.target.value);
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
          aria-label="Clear search"
          onClick={clear}
          className="absolute top-1/2 right-1.5 grid size-6 -translate-y-1/2 place-items-center rounded-sm text-muted hover:text-text"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </form>
  );
}

function SearchIcon({ searching }: Readonly<{ searching: boolean }>) {
  const Icon = searching ? LoaderCircle : Search;
  return (
    <Icon
      aria-hidden
      className={clsx(
        "pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted",
        searching && "animate-spin",
      )}
    />
  );
}
