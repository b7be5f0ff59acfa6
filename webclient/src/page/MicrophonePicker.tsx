import { useRef } from "react";
import type { Levels, Microphone } from "../react/useRealtimeAgent.ts";
import { meter } from "./levels.ts";
import { Picker } from "./Picker.tsx";
import { useFrame } from "./useFrame.ts";

interface Props {
  microphones: readonly Microphone[];
  chosen: string | null;
  isInCall: boolean;
  onChoose: (id: string) => void;
  levels: () => Levels;
}

/** Browsers name microphones only once one may be used: until the first call there is none to choose. */
export function MicrophonePicker({ microphones, chosen, isInCall, onChoose, levels }: Props) {
  const isKnown = microphones.length > 0;
  return (
    <div className="field">
      <Picker
        id="microphone"
        label="Microphone"
        value={chosen ?? ""}
        isSettled={!isKnown}
        onChoose={onChoose}
      >
        {!isKnown && <option value="">The default</option>}
        {microphones.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </Picker>
      <LevelMeter isOn={isInCall} read={() => levels().input} />
    </div>
  );
}

function LevelMeter({ isOn, read }: { isOn: boolean; read: () => number }) {
  const bar = useRef<HTMLElement>(null);
  useFrame(() => {
    if (bar.current) bar.current.style.transform = `scaleX(${meter(read()).toFixed(2)})`;
  }, isOn);
  return (
    <div className="level" data-on={isOn} aria-hidden="true">
      <i ref={bar} />
    </div>
  );
}
