import { type FormEvent, useEffect, useRef } from "react";
import type { KeyWish } from "./usePageCall.ts";

interface Props {
  wish: KeyWish;
  onKey: (key: string) => void;
  onCancel: () => void;
}

/** Asks for the server's API key, where a call can't be had without. */
export function ApiKeyForm({ wish, onKey, onCancel }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const key = field.current?.value.trim();
    if (key) onKey(key);
  };
  return (
    <form className="panel key" onSubmit={submit}>
      <label htmlFor="api-key">This server asks for its API key</label>
      <div>
        <input
          id="api-key"
          type="password"
          autoComplete="off"
          required
          ref={field}
          aria-describedby="api-key-note"
        />
        <button type="submit" className="small">
          Continue
        </button>
        <button type="button" className="quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
      <p id="api-key-note" className="key-note" role={wish === "refused" ? "alert" : undefined}>
        {wish === "refused"
          ? "The server does not accept this key. Check it and enter it again."
          : "It stays in this page's memory only, until you close or reload it."}
      </p>
    </form>
  );
}
