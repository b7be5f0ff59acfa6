/** The text as it is written: to read, to select, to copy. */

import { useEffect, useRef, useState } from "react";
import { ToEndButton } from "../page/ToEndButton.tsx";
import { useStickToEnd } from "../page/useStickToEnd.ts";
import { withTalk } from "./text.ts";

interface Props {
  /** What was written in this talk so far; empty when a new one begins. */
  talk: string;
}

export function Written({ talk }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const text = useAllTalks(talk);
  useEffect(() => {
    if (area.current) write(area.current, text);
  }, [text]);
  const end = useStickToEnd(area);
  return (
    <section className="panel conversation">
      <header>
        <h2>
          <label htmlFor="written">What the model writes</label>
        </h2>
        {text && <CopyButton text={text} onRefused={() => area.current?.select()} />}
      </header>
      <textarea
        id="written"
        className="log"
        readOnly
        placeholder="The model's answers appear here, word by word."
        ref={area}
        onScroll={end.onScroll}
      />
      <ToEndButton {...end} />
    </section>
  );
}

/** The text of all talks since the page was opened. */
function useAllTalks(talk: string): string {
  const [before, setBefore] = useState("");
  const [last, setLast] = useState(talk);
  if (talk !== last) {
    setLast(talk);
    if (!talk) setBefore(withTalk(before, last));
  }
  return withTalk(before, talk);
}

/** Adds what is new, so that whoever has selected a part keeps it. */
function write(area: HTMLTextAreaElement, text: string): void {
  const { value } = area;
  if (!text.startsWith(value)) area.value = text;
  else area.setRangeText(text.slice(value.length), value.length, value.length, "preserve");
}

function CopyButton({ text, onRefused }: { text: string; onRefused: () => void }) {
  const [copied, setCopied] = useState("");
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(text), onRefused);
  return (
    <button type="button" className="quiet" onClick={copy}>
      {copied === text ? "Copied" : "Copy"}
    </button>
  );
}
