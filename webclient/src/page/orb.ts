/** The shapes of the orb: a ring of ticks whose lengths tell whose turn it is. */

import type { AgentState, Status } from "../client/types.ts";

/** What the orb shows: whose turn it is, or where the connection stands. */
export type Look = "off" | "connecting" | "reconnecting" | AgentState;

const TICKS = 72;
/** Where the ticks begin. The drawing is 220 units wide, its centre is 0, 0. */
const RING = 62;
const SHORT = 4;
const LONGEST = 38;
/** How far a shape moves towards the one wanted, each step. */
const EASE = 0.22;
/** The pace of the drawing, whatever that of the screen is: half a ring in 0.6 s. */
const STEP_MS = 16;
/** A page that was asleep doesn't draw what it has missed. */
const MOST_STEPS = 6;
/** The radius of the disc in the middle. */
const CORE: Record<Look, number> = {
  off: 50,
  connecting: 50,
  reconnecting: 50,
  listening: 50,
  thinking: 50,
  speaking: 46,
  recovering_error: 50,
};

/** `wasConnected` tells a lost connection from one that has not come about yet. */
export function lookOf(status: Status, state: AgentState | null, wasConnected: boolean): Look {
  if (status === "Disconnected") return "off";
  if (status === "Connecting") return wasConnected ? "reconnecting" : "connecting";
  return state ?? "connecting";
}

/** One orb, drawn frame by frame; loudness runs along the ring as a ripple. */
export class Orb {
  private readonly lengths = new Float32Array(TICKS).fill(SHORT);
  private readonly ripple = new Float32Array(TICKS / 2 + 1);
  private core = CORE.off;
  private drawnMs = 0;

  /** Moves on to `nowMs`. `loudness` is that of whoever's turn it is, 0 to 1. */
  advance(look: Look, loudness: number, nowMs: number): void {
    this.drawnMs = Math.max(this.drawnMs, nowMs - MOST_STEPS * STEP_MS);
    for (; this.drawnMs + STEP_MS <= nowMs; this.drawnMs += STEP_MS) this.step(look, loudness, nowMs);
  }

  private step(look: Look, loudness: number, nowMs: number): void {
    this.ripple.copyWithin(1, 0);
    this.ripple[0] = loudness;
    for (let i = 0; i < TICKS; i++) {
      const before = this.lengths[i] ?? SHORT;
      this.lengths[i] = before + EASE * (this.wanted(look, i, nowMs / 1000) - before);
    }
    const core = CORE[look] + (look === "speaking" ? 8 * loudness : 0);
    this.core += EASE * (core - this.core);
  }

  /** Takes the shape of a look at once, without motion. */
  rest(look: Look): void {
    this.ripple.fill(look === "speaking" ? 0.25 : 0);
    for (let i = 0; i < TICKS; i++) this.lengths[i] = this.wanted(look, i, 0);
    this.core = CORE[look];
  }

  get coreRadius(): number {
    return this.core;
  }

  /** The ticks as the `d` of an SVG path. */
  get path(): string {
    let path = "";
    this.lengths.forEach((length, i) => {
      if (length < 0.5) return;
      const angle = (i / TICKS) * 2 * Math.PI;
      const [x, y] = [Math.sin(angle), -Math.cos(angle)];
      path += `M${at(RING * x)} ${at(RING * y)}L${at((RING + length) * x)} ${at((RING + length) * y)}`;
    });
    return path;
  }

  private wanted(look: Look, i: number, secs: number): number {
    const fromTop = Math.min(i, TICKS - i);
    if (look === "listening") return SHORT + LONGEST * this.loudAt(TICKS / 2 - fromTop);
    if (look === "speaking") return SHORT + 3 + LONGEST * this.loudAt(fromTop);
    if (look === "thinking") return SHORT + 20 * comet(i / TICKS - secs / 3, 3);
    if (look === "connecting" || look === "reconnecting")
      return SHORT + 12 * comet(i / TICKS - secs / 1.6, 1);
    if (look === "recovering_error") return recovering(i, secs);
    return SHORT;
  }

  private loudAt(distance: number): number {
    const now = this.ripple[0] ?? 0;
    const then = this.ripple[distance] ?? 0;
    return 0.25 * now ** 2 + 0.75 * then ** 2 * (1 - distance / TICKS);
  }
}

/** `count` comets on a ring, each with its tail behind it: 0 to 1. */
function comet(turns: number, count: number): number {
  const behind = 1 - ((((turns * count) % 1) + 1) % 1);
  return Math.max(0, 1 - behind * 1.6) ** 2;
}

/** A ring with a piece missing, which slowly turns. */
function recovering(i: number, secs: number): number {
  const place = (((i / TICKS - secs / 8) % 1) + 1) % 1;
  return place > 0.08 && place < 0.3 ? 0 : SHORT + 3;
}

function at(value: number): string {
  return value.toFixed(1);
}
