import type { StickToEnd } from "./useStickToEnd.ts";

/** The way back for whoever reads further up. */
export function ToEndButton({ isAtEnd, toEnd }: StickToEnd) {
  if (isAtEnd) return null;
  return (
    <button type="button" className="to-end" onClick={toEnd}>
      Newest ↓
    </button>
  );
}
