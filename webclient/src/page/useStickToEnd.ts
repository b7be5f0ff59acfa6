/** A list that follows its newest line, unless somebody is reading further up. */

import { type RefObject, useEffect, useRef, useState } from "react";

/** So close to the end, the reader wants to see what comes. */
const NEAR_PX = 40;

export interface StickToEnd {
  readonly isAtEnd: boolean;
  onScroll(): void;
  toEnd(): void;
}

/** Keeps the end of `box` in sight whenever `content` has changed. */
export function useStickToEnd(box: RefObject<HTMLElement | null>, content: unknown): StickToEnd {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the content is what is followed
  useEffect(() => {
    if (follows.current) toEnd();
  }, [content]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    setAtEnd(follows.current);
  };
  return { isAtEnd, onScroll, toEnd };
}
