/** Drawing with every frame of the screen, past React: levels change too often for it. */

import { useEffect, useRef } from "react";

/** Calls `draw` with every frame while `isOn`, with the time in milliseconds. */
export function useFrame(draw: (nowMs: number) => void, isOn: boolean): void {
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
  });
  useEffect(() => {
    if (!isOn) return;
    let frame = requestAnimationFrame(function next(nowMs) {
      latest.current(nowMs);
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [isOn]);
}

/** Whether the person at the page asked for little motion. */
export function wantsLittleMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
