"use client";

/** A call in a React component. */

import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { AgentCall } from "../client/call.ts";
import type { CallSnapshot, ConnectOptions, GetToken, Levels } from "../client/types.ts";

export type * from "../client/types.ts";

/** What the hook gives: the snapshot, and what can be done. The functions never change. */
export interface RealtimeAgent extends CallSnapshot {
  /** Connects to a meeting, with a token or with a function that gets one; see `AgentCall.connect`. */
  connect(meetingId: string, token: string | GetToken, options?: ConnectOptions): Promise<void>;
  disconnect(): Promise<void>;
  mute(isMuted: boolean): void;
  chooseMicrophone(id: string): Promise<void>;
  dismissErrors(): void;
  /** How loud both sides are now: to be read with every animation frame. */
  levels(): Levels;
}

/** One voice call; it is hung up when the component goes away. */
export function useRealtimeAgent(): RealtimeAgent {
  const [call] = useState(() => new AgentCall());
  const snapshot = useStore(call.store);
  useEffect(() => () => void call.disconnect(), [call]);
  const actions = useMemo(
    () => ({
      connect: call.connect.bind(call),
      disconnect: call.disconnect.bind(call),
      mute: call.mute.bind(call),
      chooseMicrophone: call.chooseMicrophone.bind(call),
      dismissErrors: call.dismissErrors.bind(call),
      levels: call.levels.bind(call),
    }),
    [call],
  );
  return { ...snapshot, ...actions };
}
