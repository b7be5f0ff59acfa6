import type { ReactNode } from "react";

interface Props {
  id: string;
  label: string;
  value: string;
  isSettled: boolean;
  /** The id of what says more about the choice. */
  describedBy?: string;
  onChoose: (value: string) => void;
  /** The options. */
  children: ReactNode;
}

/** A choice with its label. */
export function Picker({ id, label, value, isSettled, describedBy, onChoose, children }: Props) {
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={isSettled}
        aria-describedby={describedBy}
        onChange={(event) => onChoose(event.target.value)}
      >
        {children}
      </select>
    </>
  );
}
