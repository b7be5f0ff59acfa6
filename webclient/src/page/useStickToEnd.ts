/** A list that follows its newest line, unless somebody is reading further up. */

import { type RefObject, useEffect, useState } from "react";

/** So close to the end, the reader wants to see what comes. */
const NEAR_PX = 40;

/** What a list and its button back to the end need. */
export interface StickToEnd {
  readonly isAtEnd: boolean;
  onScroll(): void;
  toEnd(): void;
}

/** Keeps the end of `box` in sight, whatever was added or has changed its height. */
export function useStickToEnd(box: RefObject<HTMLElement | null>): StickToEnd {
  const [isAtEnd, setAtEnd] = useState(true);
  const scrollToEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  useEffect(() => {
    if (isAtEnd) scrollToEnd();
  });
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX);
  };
  const toEnd = () => {
    scrollToEnd();
    box.current?.focus();
  };
  return { isAtEnd, onScroll, toEnd };
}
